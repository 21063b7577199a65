import { link, readFile, symlink, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { convertLlama2c } from '../../src/recipes/convert.js';
import { zosiaError } from '../support/errors.js';
import { temporaryFolder } from '../support/temporary.js';

describe('convertLlama2c', () => {
  const folder = temporaryFolder();

  it.each(['checkpoint', 'tokenizer', 'template'] as const)(
    'never writes over its %s, under whatever name',
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
});
