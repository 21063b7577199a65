import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../support/temporary.js';
import { WITH_WEIGHTS, weights } from '../../support/weights.js';
import { Tokenizer } from './tokenizer.js';

const FACTS = {
  'llama-spm': { count: 32_000, bos: 1, eos: 2, unknown: 0, endOfTurn: -1, addBos: 1, ends: [2] },
  'phi-3': { count: 32_064, bos: 1, eos: 32_000, endOfTurn: 32_007, ends: [2, 32_000, 32_007] },
  'gpt-2': { count: 50_257, bos: 50_256, eos: 50_256, unknown: -1, addBos: 0, ends: [50_256] },
  qwen2: { bos: 151_643, endOfTurn: 151_645, addBos: 0, ends: [128_247, 151_643, 151_645] },
  'llama-bpe': { bos: 128_000, eos: 128_001, addBos: 1, addEos: 0, ends: [128_001, 128_009] },
};

const VOCABULARIES = Object.entries(FACTS).map(([name, facts]) => ({
  path: weights(`vocab/ggml-vocab-${name}.gguf`),
  facts,
}));

const textsOf = async (path: string): Promise<string[]> =>
  (await readFile(`${path}.inp`, 'utf8')).split('\n__ggml_vocab_test__\n');

describe('every published vocabulary', WITH_WEIGHTS, () => {
  const folder = temporaryFolder();
  let tokenizer: Tokenizer;
  beforeAll(async () => {
    tokenizer = await Tokenizer.build(folder.path);
  });

  it('gives the published tokens of every text', async () => {
    for (const { path } of VOCABULARIES) {
      const texts = await textsOf(path);
      const lines = (await readFile(`${path}.out`, 'utf8')).split('\n');
      expect(texts.length, path).toBeGreaterThan(40);
      const tokens = await tokenizer.encode(path, texts);
      const expected = lines.map((line) => line.trim());
      expect(
        tokens.map((each) => each.join(' ')),
        path,
      ).toEqual(expected);
    }
  });

  it('gives the text back from its tokens', async () => {
    for (const { path } of VOCABULARIES) {
      const texts = await textsOf(path);
      const decoded = await tokenizer.decode(path, texts, { ends: true });
      expect(decoded.map(String), path).toEqual(texts);
    }
  });

  it('has its special tokens', async () => {
    for (const { path, facts } of VOCABULARIES) {
      expect(await tokenizer.facts(path), path).toMatchObject(facts);
    }
  });
});
