import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { BOS_ID, FIRST_BYTE_ID, accessBytes, readTokenizer } from 'zosia';
import { documents } from '../src/corpus/documents.js';
import { Encoder } from '../src/tokenizer/encoder.js';
import { learnVocabulary } from '../src/tokenizer/learn.js';
import { decodeVocabulary, encodeVocabulary } from '../src/tokenizer/vocabulary.js';
import type { Vocabulary } from '../src/tokenizer/vocabulary.js';
import { encodeText, readVocabulary } from '../../test/support/llama2-tokens.js';

const SIZE = 700;

function texts(count: number): string[] {
  const some: string[] = [];
  for (const { turns } of documents(7, 'tokenizer test')) {
    some.push(turns.map((turn) => turn.map(({ text }) => text).join('')).join('\n'));
    if (some.length === count) break;
  }
  return some;
}

describe('the tokenizer', () => {
  let vocabulary: Vocabulary;
  let encoder: Encoder;
  let reference: (text: string) => number[];
  beforeAll(async () => {
    vocabulary = learnVocabulary(texts(300), SIZE);
    encoder = new Encoder(vocabulary);
    const read = readVocabulary(Buffer.from(await encodeVocabulary(vocabulary)));
    reference = (text) => encodeText(read, text);
  });
  const encoded = (text: string): number[] => [BOS_ID, ...encoder.encode(text, { begins: true })];

  it('has the requested number of unique pieces', () => {
    expect(vocabulary.pieces).toHaveLength(SIZE);
    expect(new Set(vocabulary.pieces.map(({ text }) => text)).size).toBe(SIZE);
  });

  it('encodes texts of the corpus to the same tokens as llama2.c, and decodes them', () => {
    for (const text of texts(20)) {
      expect(encoded(text)).toEqual(reference(text));
      expect(encoder.decode(encoder.encode(text, { begins: true }), { begins: true })).toBe(text);
    }
  });

  it('encodes any text to the same tokens as llama2.c, and decodes it', () => {
    const word = fc.constantFrom(
      ...['Zosia', 'zosia', 'the', 'model', ' ', '  ', '\n', '17', 'żółw', '?'],
    );
    const text = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.array(fc.oneof(word, fc.string({ maxLength: 3 }))).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, (sample) => {
        expect(encoded(sample)).toEqual(reference(sample));
        const tokens = encoder.encode(sample, { begins: false });
        expect(encoder.decode(tokens, { begins: false })).toBe(sample);
      }),
    );
  });

  it('encodes a continuation to the same tokens as the whole text', () => {
    const prompt = 'Q: What is 17 - 9?\nA:';
    const answer = ' 17 - 9 = 8.';
    expect([...encoded(prompt), ...encoder.encode(answer, { begins: false })]).toEqual(
      reference(prompt + answer),
    );
  });

  it('has one token for each digit, and byte tokens for other than ASCII', () => {
    expect(encoder.encode('123', { begins: false })).toHaveLength(3);
    expect(encoder.encode('\n', { begins: false })).toEqual([FIRST_BYTE_ID + 10]);
    expect(encoder.encode('ż', { begins: false })).toEqual([
      FIRST_BYTE_ID + 0xc5,
      FIRST_BYTE_ID + 0xbc,
    ]);
  });

  it('is written in the format of llama2.c and read back', async () => {
    const file = await encodeVocabulary(vocabulary);
    const { tokens, maxTokenLength } = await readTokenizer(accessBytes(file), SIZE);
    expect(tokens.map(({ bytes }) => Buffer.from(bytes).toString())).toEqual(
      vocabulary.pieces.map(({ text }) => text),
    );
    expect(maxTokenLength).toBe(Math.max(...tokens.map(({ bytes }) => bytes.length)));
    expect(await decodeVocabulary(file, SIZE)).toEqual(vocabulary);
  });

  it('is the same for the same texts, and refuses more pieces than the texts have', () => {
    expect(learnVocabulary(texts(300), SIZE)).toEqual(vocabulary);
    expect(() => learnVocabulary(['one'], SIZE)).toThrow(RangeError);
  });
});
