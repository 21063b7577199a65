import { link, readFile, symlink, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { checkGguf } from '../../src/formats/gguf/check.js';
import { WEIGHT_TYPES } from '../../src/formats/gguf/weights.js';
import { accessBytes } from '../../src/image/random-access.js';
import { convertLlama2c } from '../../src/recipes/convert.js';
import { zosiaError } from '../support/errors.js';
import { writeSampleFiles } from './efi/samples.js';
import { modelGguf } from '../formats/gguf/samples.js';
import { temporaryFolder } from '../support/temporary.js';

describe('convertLlama2c', () => {
  const folder = temporaryFolder();

  it.each(['checkpoint', 'tokenizer', 'template'] as const)(
    'does not overwrite its %s, not even through a link',
    async (input) => {
      const inputs = ['checkpoint', 'tokenizer', 'template'];
      for (const name of inputs) await writeFile(folder.file(name), `contents of ${name}`);
      await symlink(input, folder.file(`symlink to ${input}`));
      await link(folder.file(input), folder.file(`link to ${input}`));
      for (const out of [input, `./${input}`, `symlink to ${input}`, `link to ${input}`]) {
        const converted = convertLlama2c({
          checkpoint: folder.file('checkpoint'),
          tokenizer: folder.file('tokenizer'),
          chatTemplate: folder.file('template'),
          out: `${folder.path}/${out}`,
        });
        await expect(converted).rejects.toThrow(zosiaError('ZOSIA_OUTPUT_IS_INPUT'));
        expect(await readFile(folder.file(out), 'utf8')).toBe(`contents of ${input}`);
      }
    },
  );

  it.each(WEIGHT_TYPES)('counts the matrices that cannot be stored as %s', async (type) => {
    const [checkpoint, tokenizer] = await writeSampleFiles(folder.path);
    const out = folder.file('out.gguf');
    const { otherwiseStoredCount } = await convertLlama2c({ checkpoint, tokenizer, out, type });
    const { tensors } = await checkGguf(accessBytes(await readFile(out)), out);
    const matrices = tensors.filter(({ dimensions }) => dimensions.length > 1);
    const others = matrices.filter((matrix) => matrix.type.name !== type);
    expect(otherwiseStoredCount).toBe(others.length);
    // Of both blocks all but one matrix, and the embedding: their rows have 48 weights.
    expect(otherwiseStoredCount).toBe(type === 'Q8_0' ? 13 : 0);
  });

  it.each([
    ['tokenizer', 'ZOSIA_TOKENIZER_CORRUPT'],
    ['checkpoint', 'ZOSIA_CHECKPOINT_TRUNCATED'],
  ] as const)('reports a damaged %s with its path', async (damaged, code) => {
    const [checkpoint, tokenizer] = await writeSampleFiles(folder.path);
    const files = { checkpoint, tokenizer, [damaged]: folder.file('cut.bin') };
    const whole = await readFile(damaged === 'tokenizer' ? tokenizer : checkpoint);
    await writeFile(files[damaged], whole.subarray(0, 99));
    const converted = convertLlama2c({ ...files, out: folder.file('none.gguf') });
    await expect(converted).rejects.toThrow(zosiaError(code));
    await expect(converted).rejects.toThrow(files[damaged]);
  });

  it('rejects an empty name', async () => {
    const [checkpoint, tokenizer] = await writeSampleFiles(folder.path);
    const out = folder.file('nameless.gguf');
    const converted = convertLlama2c({ checkpoint, tokenizer, out, name: ' ' });
    await expect(converted).rejects.toThrow(zosiaError('ZOSIA_MODEL_NOT_NAMED'));
  });

  it('reports a GGUF that is given as a checkpoint', async () => {
    const checkpoint = folder.file('model.gguf');
    await writeFile(checkpoint, await modelGguf());
    const paths = { checkpoint, tokenizer: checkpoint, out: folder.file('other.gguf') };
    const refusal = zosiaError('ZOSIA_CHECKPOINT_IS_GGUF');
    await expect(convertLlama2c(paths)).rejects.toThrow(refusal);
  });
});
