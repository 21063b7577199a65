import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { GGUF_HEADER } from '../../src/formats/gguf/layout.js';
import { readGgufInfo } from '../../src/recipes/gguf-info.js';
import { readModel } from '../../src/recipes/model.js';
import { zosiaError } from '../support/errors.js';
import { temporaryFolder } from '../support/temporary.js';
import { WITH_WEIGHTS, weights } from '../support/weights.js';

/** Of each, its `tokenizer.ggml.model`, its `tokenizer.ggml.pre`, and how many tokens it has. */
const PUBLISHED = [
  ['llama-spm', 'llama', 'default', 32_000],
  ['phi-3', 'llama', 'default', 32_064],
  ['gpt-2', 'gpt2', 'gpt-2', 50_257],
  ['qwen2', 'gpt2', 'qwen2', 151_936],
  ['llama-bpe', 'gpt2', 'llama-bpe', 128_256],
] as const;

describe('every published vocabulary', WITH_WEIGHTS, () => {
  const folder = temporaryFolder();
  const published = PUBLISHED.map(([name, tokenizer, preTokenizer, vocabularySize]) => ({
    path: weights(`vocab/ggml-vocab-${name}.gguf`),
    expected: { tokenizer, preTokenizer, vocabularySize, parameterCount: 0, weightBytes: 0 },
  }));

  it('is told for what it is', async () => {
    for (const { path, expected } of published) {
      const { kind, info, unsupported } = await readGgufInfo(path, folder.path);
      expect({ kind, unsupported }, path).toEqual({ kind: 'vocabulary', unsupported: undefined });
      expect(info, path).toMatchObject(expected);
    }
  });

  it('is no model, and the reason is no damage', async () => {
    for (const { path } of published) {
      await expect(readModel(path, folder.path), path).rejects.toThrow(
        zosiaError('ZOSIA_MODEL_VOCABULARY_ONLY'),
      );
    }
  });

  it('says the same as a file of version 2', async () => {
    for (const { path } of published) {
      const bytes = await readFile(path);
      bytes.writeUInt32LE(2, GGUF_HEADER.version.offset);
      await writeFile(folder.file('two.gguf'), bytes);
      const { info, kind } = await readGgufInfo('two.gguf', folder.path);
      const { info: ofThree } = await readGgufInfo(path, folder.path);
      expect(kind, path).toBe('vocabulary');
      expect(info, path).toEqual(ofThree);
    }
  });
});
