import { copyFile, mkdir, stat } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { namedEntries } from '../../../src/serve/models/named-entries.js';
import { withoutEnding } from '../../../src/serve/models/served-entry.js';
import { EMBEDDED_MODEL } from '../../support/embedded-model.js';
import { splitModel } from '../../support/split-model.js';
import { zosiaError } from '../../support/errors.js';
import { temporaryFolder } from '../../support/temporary.js';

describe('models that are named', () => {
  const folder = temporaryFolder();
  let search: { modelsDir: string };
  beforeAll(async () => {
    search = { modelsDir: folder.file('models') };
    for (const name of ['models', 'other']) await mkdir(folder.file(name));
    for (const name of ['models/phi.gguf', 'other/phi.gguf', 'models/big.gguf']) {
      await copyFile(EMBEDDED_MODEL, folder.file(name));
    }
  });

  it('are asked for by the name of their file, with its ending and without, and as they were named', async () => {
    const path = folder.file('models/phi.gguf');
    const { mtimeMs, size } = await stat(path);
    const [entry] = await namedEntries([path], search);
    expect(entry).toMatchObject({ name: 'phi', found: path, sizeBytes: size });
    expect(entry!.aliases).toEqual(['phi.gguf', path]);
    expect(entry!.created).toBeCloseTo(mtimeMs / 1000);
  });

  it('are the built-in one where no name is given', async () => {
    const [entry] = await namedEntries([undefined], search);
    expect(entry).toMatchObject({ name: 'zosia-tiny', found: undefined });
  });

  it('are one if they are the same file', async () => {
    const path = folder.file('models/phi.gguf');
    expect(await namedEntries(['phi', path, 'phi.gguf'], search)).toHaveLength(1);
  });

  it('have the size of all parts, and a name without their number', async () => {
    const parts = await splitModel(folder.file('models/big.gguf'), 3);
    const [entry] = await namedEntries([parts[1]!], search);
    const sizes = await Promise.all(parts.map(async (part) => (await stat(part)).size));
    expect(entry).toMatchObject({ name: 'big', sizeBytes: sizes.reduce((a, b) => a + b) });
  });

  it('are refused if two would have one name', async () => {
    const both = namedEntries(['phi', folder.file('other/phi.gguf')], search);
    await expect(both).rejects.toThrow(zosiaError('ZOSIA_SERVE_SAME_NAME'));
    await expect(both).rejects.toThrow(/models\/phi\.gguf and .*other\/phi\.gguf/);
  });

  it('are refused if there is none of the name', async () => {
    await expect(namedEntries(['none'], search)).rejects.toThrow(
      zosiaError('ZOSIA_MODEL_NOT_FOUND'),
    );
  });
});

describe('withoutEnding', () => {
  it.each([
    ['phi.gguf', 'phi'],
    ['Phi.GGUF', 'Phi'],
    ['phi-00001-of-00003.gguf', 'phi'],
    ['phi-3.5', 'phi-3.5'],
    ['phi-1-of-3.gguf', 'phi-1-of-3'],
  ])('makes of %s %s', (file, name) => {
    expect(withoutEnding(file)).toBe(name);
  });
});
