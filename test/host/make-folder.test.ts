import { mkdir, stat, symlink, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { makeFolder } from '../../src/host/make-folder.js';
import { makeOutputFolder, writeOutput } from '../../src/host/output-file.js';
import { zosiaError } from '../support/errors.js';
import { temporaryFolder } from '../support/temporary.js';
import { skipWhere } from '../support/skipping.js';

const folder = temporaryFolder();
const isFolder = async (name: string) => (await stat(folder.file(name))).isDirectory();

describe('makeFolder', () => {
  it('creates missing folders and accepts existing ones', async () => {
    for (const name of ['a/b/c', 'a/b/c', 'a/d/', 'a/../e/./f', 'g/../h']) {
      await makeFolder(folder.file('x/') + name);
      expect(await isFolder(`x/${name}`)).toBe(true);
    }
    await makeFolder('.');
    await makeFolder('/');
  });

  it('follows links as the system does', async () => {
    await mkdir(folder.file('real/deep'), { recursive: true });
    await symlink('real/deep', folder.file('link'));
    await makeFolder(`${folder.path}/link/../new`);
    expect(await isFolder('real/new')).toBe(true);
  });

  it('creates one folder for many calls at once', async () => {
    await Promise.all(Array.from({ length: 20 }, () => makeFolder(folder.file('many/of/them'))));
    expect(await isFolder('many/of/them')).toBe(true);
  });

  it('fails when a file or a dangling symlink is in the way', async () => {
    await writeFile(folder.file('file'), '');
    await symlink('nowhere', folder.file('dangling'));
    await expect(makeFolder(folder.file('file'))).rejects.toMatchObject({ code: 'ENOTDIR' });
    await expect(makeFolder(folder.file('file/a/b'))).rejects.toMatchObject({ code: 'ENOTDIR' });
    await expect(makeFolder(folder.file('dangling'))).rejects.toMatchObject({ code: 'EEXIST' });
  });

  it(
    'fails at once when folders cannot be created',
    skipWhere(process.platform !== 'linux', 'no /proc but on Linux'),
    async () => {
      await expect(makeFolder('/proc/zosia/a')).rejects.toMatchObject({ code: 'ENOENT' });
      const unwritable = zosiaError('ZOSIA_OUTPUT_UNWRITABLE');
      await expect(makeOutputFolder('/proc/zosia/a')).rejects.toThrow(unwritable);
      // Of a command that has no option for it.
      await expect(makeOutputFolder('/proc/zosia/a')).rejects.toMatchObject({
        texts: { hints: [expect.anything(), expect.stringMatching(/^Go to a folder that/)] },
      });
      await expect(writeOutput('/proc/zosia/a/b.img', '')).rejects.toThrow(unwritable);
    },
  );
});
