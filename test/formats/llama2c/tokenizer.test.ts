import { describe, expect, it } from 'vitest';
import { readTokenizer } from '../../../src/formats/llama2c/tokenizer.js';
import type { Tokenizer } from '../../../src/formats/llama2c/tokenizer.js';
import { accessBytes } from '../../../src/image/random-access.js';
import { accessFile } from '../../../src/host/access-file.js';
import { zosiaError } from '../../support/errors.js';
import { WITH_WEIGHTS, weights } from '../../support/weights.js';
import { tokenizerFile } from './samples.js';

const read = (bytes: Uint8Array, vocabularySize: number): Promise<Tokenizer> =>
  readTokenizer(accessBytes(bytes), vocabularySize, 'tok.bin');

describe('readTokenizer', () => {
  const pieces = ['<unk>', '\n<s>\n', '', ' größer'];

  it('reads pieces and scores', async () => {
    const { maxTokenLength, tokens } = await read(tokenizerFile(pieces), 4);
    expect(maxTokenLength).toBe(16);
    expect(tokens.map(({ bytes }) => Buffer.from(bytes).toString())).toEqual(pieces);
    expect(tokens.map(({ score }) => score)).toEqual([-0, -1, -2, -3]);
  });

  it.each([3, 5])('reports both counts when the model has %i tokens', async (vocabularySize) => {
    const promise = read(tokenizerFile(pieces), vocabularySize);
    await expect(promise).rejects.toThrow(zosiaError('ZOSIA_TOKENIZER_MISMATCH'));
    await expect(promise).rejects.toThrow(/^tok\.bin has 4 tokens.*has [35]$/);
  });

  it('reports damage', async () => {
    const file = tokenizerFile(pieces);
    const negative = Buffer.from(file);
    negative.writeInt32LE(-1, 8);
    const huge = tokenizerFile(pieces, 2 ** 31 - 1);
    huge.writeInt32LE(2 ** 31 - 1, 8);
    const damaged = [
      file.subarray(0, 3),
      file.subarray(0, 10),
      file.subarray(0, -1),
      tokenizerFile(pieces, 4),
      negative,
      huge,
    ];
    for (const bytes of damaged) {
      const promise = read(bytes, 4);
      await expect(promise).rejects.toThrow(zosiaError('ZOSIA_TOKENIZER_CORRUPT'));
      await expect(promise).rejects.toThrow(/^tok\.bin is .* damaged: /);
    }
  });

  it('does not read a file that is too large for a tokenizer', async () => {
    const source = { sizeBytes: 2 ** 40, read: () => Promise.reject(new Error('read')) };
    await expect(readTokenizer(source, 4)).rejects.toThrow(zosiaError('ZOSIA_TOKENIZER_CORRUPT'));
  });
});

it('readTokenizer reads the published tokenizers', WITH_WEIGHTS, async () => {
  for (const [name, size] of [
    ['tok512.bin', 512],
    ['tokenizer.bin', 32_000],
  ] as const) {
    const file = await accessFile(weights(name));
    try {
      expect((await readTokenizer(file, size)).tokens, name).toHaveLength(size);
    } finally {
      await file.close();
    }
  }
});
