import { readFile, writeFile } from 'node:fs/promises';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../support/temporary.js';
import { Tokenizer, vocabularyMetadata, writeVocabulary } from './tokenizer.js';
import type { SampleToken, SampleVocabulary } from './tokenizer.js';
import { planGguf } from '../../../src/formats/gguf/writer.js';
import { uint32 } from '../../../src/formats/gguf/values.js';
import { writeRaw } from '../../../src/host/raw-writer.js';

const FIRST: readonly SampleToken[] = [
  { text: '<unk>', type: 'unknown' },
  { text: '<s>', type: 'control' },
  { text: '</s>', type: 'control' },
];

const BYTES: readonly SampleToken[] = Array.from({ length: 256 }, (_, byte) => ({
  text: `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`,
  type: 'byte',
}));

const byteToken = (byte: number): number => FIRST.length + byte;

/** A SentencePiece vocabulary: after special tokens and bytes come these, from 259 on. */
const pieces = (...tokens: (SampleToken | string)[]): SampleVocabulary => ({
  model: 'llama',
  tokens: [...FIRST, ...BYTES, ...tokens],
});

describe('a vocabulary', () => {
  const folder = temporaryFolder();
  let tokenizer: Tokenizer;
  beforeAll(async () => {
    tokenizer = await Tokenizer.build(folder.path);
  });

  const write = (vocabulary: SampleVocabulary): Promise<string> =>
    writeVocabulary(folder.file('vocabulary.gguf'), vocabulary);

  it('of SentencePiece merges the best pair first, the leftmost of equals, and falls back to bytes', async () => {
    const tokens = [
      { text: '▁', score: -1 },
      { text: 'a', score: -1 },
      { text: 'b', score: -1 },
      { text: 'ab', score: -5 },
      { text: 'ba', score: -2 },
      { text: 'aa', score: -5 },
    ];
    const path = await write(pieces(...tokens));
    const texts = ['aba', 'aaa', 'é', '', ' a', 'a\n'];
    expect(await tokenizer.encode(path, texts)).toEqual([
      [259, 260, 263],
      [259, 264, 260],
      [259, byteToken(0xc3), byteToken(0xa9)],
      [],
      [259, 259, 260],
      [259, 260, byteToken(10)],
    ]);
    expect((await tokenizer.decode(path, texts, { ends: true })).map(String)).toEqual(texts);
  });

  it('of SentencePiece has room for spaces whose bytes end characters that were cut off', async () => {
    const path = await write(pieces('▁'));
    const [tokens] = await tokenizer.encode(path, [Buffer.from('\xc3 '.repeat(100), 'latin1')]);
    expect(tokens).toHaveLength(1 + 4 * 100);
  });

  it('of SentencePiece that has no tokens for bytes has the unknown one for each', async () => {
    const path = await write({ model: 'llama', tokens: [...FIRST, '▁', 'a'] });
    expect(await tokenizer.encode(path, ['aéa'], { ends: true })).toEqual([[1, 3, 4, 0, 0, 4]]);
  });

  it('never makes control tokens of text, though neighbours could be merged to one', async () => {
    const path = await write(pieces('<', 's', '>', '<s', '▁'));
    expect(await tokenizer.encode(path, ['<s>'])).toEqual([[263, 262, 261]]);
    expect(await tokenizer.encode(path, ['<s>'], { control: true })).toEqual([[1]]);
  });

  it('puts a space before a text and after special tokens, unless the model says otherwise', async () => {
    const vocabulary = pieces('▁', 'a', { text: '<x>', type: 'user' });
    const without = { 'tokenizer.ggml.add_space_prefix': { type: 'bool', value: false } } as const;
    const path = await write(vocabulary);
    expect(await tokenizer.encode(path, ['a<x>a'], { ends: true })).toEqual([
      [1, 259, 260, 261, 259, 260],
    ]);
    expect((await tokenizer.decode(path, ['a a'])).map(String)).toEqual(['a a']);
    await write({ ...vocabulary, more: without });
    expect(await tokenizer.encode(path, ['a<x>a'])).toEqual([[260, 261, 260]]);
    expect((await tokenizer.decode(path, [' a'])).map(String)).toEqual([' a']);
  });

  it('finds the longest special token first, wherever it stands', async () => {
    const path = await write({
      model: 'gpt2',
      pre: 'gpt-2',
      merges: [],
      tokens: [
        ...['a', 'b', 'c', 'd'],
        { text: 'ab', type: 'user' },
        { text: 'bcd', type: 'user' },
        { text: 'dd', type: 'control' },
      ],
    });
    const texts = ['abcd', 'ab', 'abdd', 'bcddd'];
    expect(await tokenizer.encode(path, texts)).toEqual([[0, 5], [4], [4, 3, 3], [5, 3, 3]]);
    const control = await tokenizer.encode(path, texts, { control: true });
    expect(control).toEqual([[0, 5], [4], [4, 6], [5, 6]]);
  });

  it('of byte pairs merges in the order of the list, inside words', async () => {
    const path = await write({
      model: 'gpt2',
      pre: 'gpt-2',
      merges: ['b c', 'a b', 'a bc', 'Ġ a'],
      tokens: ['a', 'b', 'c', 'ab', 'bc', 'abc', 'Ġ', 'Ġa', 'Ã', '©'],
    });
    const texts = ['abc', 'ab', ' abc', ' ab', 'é', 'a b'];
    expect(await tokenizer.encode(path, texts)).toEqual([
      [5],
      [3],
      [6, 5],
      [6, 3],
      [8, 9],
      [0, 6, 1],
    ]);
    expect((await tokenizer.decode(path, texts)).map(String)).toEqual(texts);
  });

  it('knows what ends a text by keys and by texts', async () => {
    const path = await write({
      ...pieces('<|im_end|>', '<|endoftext|>', 'x', '<|file_sep|>', 'y'),
      more: {
        'tokenizer.ggml.eos_token_id': uint32(261),
        'tokenizer.ggml.eom_token_id': uint32(263),
        'tokenizer.ggml.eot_token_id': uint32(70_000), // that it has not
      },
    });
    const { ends, ...facts } = await tokenizer.facts(path);
    expect(ends).toEqual([2, 259, 260, 261, 262, 263]);
    expect(facts).toMatchObject({ eos: 261, endOfTurn: 259, endOfMessage: 263, bos: 1 });
  });

  const bytePairs: SampleVocabulary = { model: 'gpt2', pre: 'gpt-2', merges: [], tokens: ['a'] };
  const more = (key: string, value: unknown): SampleVocabulary => ({
    ...bytePairs,
    more: { [key]: value } as SampleVocabulary['more'] & object,
  });

  it.each<readonly [string, SampleVocabulary, number, string]>([
    [
      'another tokenizer',
      more('tokenizer.ggml.model', { type: 'string', value: 'bert' }),
      0,
      'is bert;',
    ],
    ['another way to split', { ...bytePairs, pre: 'tekken' }, 0, 'splits text as tekken does'],
    ['no merges', { model: 'gpt2', tokens: ['a'] }, 0, 'has no merges'],
    ['no tokens', { ...bytePairs, tokens: [] }, 0, 'has no tokens'],
    ['other tokens than the model', bytePairs, 2, 'has 1 tokens, and the model knows 2'],
    ['a token twice', { ...bytePairs, tokens: ['a', 'b', 'a'] }, 0, 'tokens 0 and 2 are the same'],
    [
      'too few scores',
      more('tokenizer.ggml.scores', { type: 'array', of: 'float32', value: [] }),
      0,
      'has 0 values',
    ],
    [
      'kinds that are no numbers',
      more('tokenizer.ggml.token_type', { type: 'array', of: 'float32', value: [1] }),
      0,
      'of another type',
    ],
    [
      'no token to begin with',
      more('tokenizer.ggml.add_bos_token', { type: 'bool', value: true }),
      0,
      'begin with a token that it lacks',
    ],
    [
      'a special token without end',
      { ...bytePairs, tokens: [{ text: 'x'.repeat(256), type: 'control' }] },
      0,
      'token 0 has 256 bytes',
    ],
  ])('is refused with the reason: %s', async (_, vocabulary, rows, reason) => {
    const judged = await tokenizer.judge(await write(vocabulary), { rows });
    expect(judged).toMatchObject({ exitCode: 1, reason: expect.stringContaining(reason) });
  });

  const KEYS = {
    'tokenizer.ggml.bos_token_id': uint32(1),
    'tokenizer.ggml.eos_token_id': uint32(2),
    'tokenizer.ggml.eom_token_id': uint32(3),
    'tokenizer.ggml.add_eos_token': { type: 'bool', value: true },
  } as const;
  const WHOLE: readonly SampleVocabulary[] = [
    {
      ...pieces('▁', 'a', 'b', 'ab', { text: '<x>', type: 'user' }, { text: 'no', type: 'unused' }),
      more: KEYS,
    },
    {
      more: KEYS,
      model: 'gpt2',
      pre: 'default',
      merges: ['a b', 'Ġ a', 'no-space', ''],
      tokens: ['a', 'b', 'ab', 'Ġ', 'Ġa', '', '', { text: '<|im_end|>', type: 'control' }, 'Ã'],
    },
  ];

  it.each(WHOLE)(
    'that is damaged is refused or used, and nothing out of bounds: $model',
    async (vocabulary) => {
      const path = folder.file('damaged.gguf');
      await writeRaw(planGguf({ metadata: vocabularyMetadata(vocabulary), tensors: [] }), path);
      const whole = await readFile(path);
      const texts = [
        'a ab<x> <|im_end|>é12',
        new Uint8Array([0xff, 0xc3, 0x20, 0xf4, 0x9f, 0xbf, 0xbf, 0xe2]),
      ];
      expect(await tokenizer.judge(path, { texts })).toEqual({ exitCode: 0, reason: '' });
      // Half of them in what follows the texts, and so the file's end.
      const change = fc.record({
        at: fc.oneof(
          fc.nat(whole.length - 1),
          fc.integer({ min: whole.length - 200, max: whole.length - 1 }),
        ),
        byte: fc.oneof(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), fc.nat(255)),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
          const damaged = Buffer.from(whole);
          for (const { at, byte } of changes) damaged[at] = byte;
          await writeFile(path, damaged);
          const { exitCode, reason } = await tokenizer.judge(path, { texts });
          expect([0, 1], reason).toContain(exitCode);
          expect(reason).not.toMatch(/Sanitizer|runtime error/);
        }),
        { numRuns: 300 },
      );
    },
  );
});
