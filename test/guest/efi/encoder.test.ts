import { readFile, writeFile } from 'node:fs/promises';
import { execa } from 'execa';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { encodeText, readVocabulary, writeVocabulary } from '../../support/llama2-tokens.js';
import { temporaryFolder } from '../../support/temporary.js';
import { embeddedReference } from '../../support/embedded-model.js';
import { WITH_WEIGHTS, weights } from '../../support/weights.js';
import { buildHostProgram } from './programs.js';

const folder = temporaryFolder();
let program: string;
beforeAll(async () => {
  program = await buildHostProgram(folder.path, 'encode_texts');
});

async function encode(
  tokenizer: string,
  vocabularySize: number,
  texts: readonly string[],
): Promise<number[][]> {
  const input = texts.map((text) => `${text}\0`).join('');
  const { stdout } = await execa(program, [tokenizer, String(vocabularySize)], { input });
  return stdout.split('\n').map((line) => line.split(' ').map(Number));
}

const TEXTS = fc.array(
  fc
    .array(
      fc.oneof(fc.constantFrom('the ', ' upon', 'ing', ' ', 'é', '😀', '龍', '\n'), fc.string()),
    )
    .map((parts) => Buffer.from(parts.join('').replaceAll('\0', '')).toString())
    .filter((text) => text !== ''),
  { minLength: 20, maxLength: 50 },
);

/** Texts with the tokens of Meta's own tokenizer. */
const LLAMA_2: readonly (readonly [text: string, tokens: readonly number[]])[] = [
  ['I believe the meaning of life is', [1, 306, 4658, 278, 6593, 310, 2834, 338]],
  [
    'Simply put, the theory of relativity states that ',
    [1, 3439, 17632, 1925, 29892, 278, 6368, 310, 14215, 537, 5922, 393, 29871],
  ],
];

describe('the encoder', () => {
  /** Compares it with the reference on texts of all kinds. */
  async function expectAgreement(tokenizer: string): Promise<void> {
    const vocabulary = readVocabulary(await readFile(tokenizer));
    await fc.assert(
      fc.asyncProperty(TEXTS, async (texts) => {
        const encoded = await encode(tokenizer, vocabulary.texts.length, texts);
        expect(encoded).toEqual(texts.map((text) => encodeText(vocabulary, text)));
      }),
      { numRuns: 20 },
    );
  }

  it("agrees with the reference on the built-in model's vocabulary", async () => {
    await expectAgreement((await embeddedReference(folder.path)).tokenizer);
  });

  it(
    "agrees with the reference on Llama 2's vocabulary, and returns the published tokens",
    WITH_WEIGHTS,
    async () => {
      const tokenizer = weights('tokenizer.bin');
      await expectAgreement(tokenizer);
      const encoded = await encode(
        tokenizer,
        32_000,
        LLAMA_2.map(([text]) => text),
      );
      expect(encoded).toEqual(LLAMA_2.map(([, tokens]) => tokens));
    },
  );

  it('merges the first of equal pairs, and merges merged tokens again', async () => {
    const texts = ['<unk>', '<s>', '</s>', ' ', 'a', 'aa', 'aaa', 'aaaa'];
    const path = folder.file('merges.bin');
    await writeFile(path, writeVocabulary(texts.map((text) => ({ text, score: 0 }))));
    // The space, then: aa|a|a|a, aaa|a|a, aaaa|a.
    expect(await encode(path, texts.length, ['aaaaa'])).toEqual([[1, 3, 7, 4]]);
  });

  it('works with a vocabulary without a space and without byte tokens', async () => {
    const path = folder.file('small.bin');
    const texts = ['<unk>', '<s>', '</s>', 'a'];
    await writeFile(path, writeVocabulary(texts.map((text) => ({ text, score: 0 }))));
    expect(await encode(path, texts.length, ['aéa'])).toEqual([[1, 3, 0, 0, 3]]);
  });
});
