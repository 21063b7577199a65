import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { ZosiaError } from '../../src/errors.js';
import { OF_OTHERS, WRITABLE_BY_OTHERS, readPrivateFile } from '../../src/host/private-file.js';
import { zosiaError } from '../support/errors.js';
import { temporaryFolder } from '../support/temporary.js';

describe('readPrivateFile', () => {
  const folder = temporaryFolder();
  const rules = (forbidden: number) => ({
    forbidden,
    kind: 'file of the test',
    onOpen: (path: string) => new ZosiaError('ZOSIA_TEST_OPEN', path, { hint: 'close it' }),
  });

  it('reads what gives no permission that is forbidden', async () => {
    const path = folder.file('private');
    await writeFile(path, 'a tést');
    for (const [mode, forbidden] of [
      [0o600, OF_OTHERS],
      [0o644, WRITABLE_BY_OTHERS],
    ] as const) {
      await chmod(path, mode);
      expect(await readPrivateFile(path, rules(forbidden))).toBe('a tést');
    }
    for (const [mode, forbidden] of [
      [0o604, OF_OTHERS],
      [0o640, OF_OTHERS],
      [0o620, WRITABLE_BY_OTHERS],
      [0o602, WRITABLE_BY_OTHERS],
    ] as const) {
      await chmod(path, mode);
      await expect(readPrivateFile(path, rules(forbidden))).rejects.toThrow(
        zosiaError('ZOSIA_TEST_OPEN'),
      );
    }
  });

  it('does not wait for what is no file', async () => {
    const fifo = folder.file('fifo');
    await execa('mkfifo', ['-m', '600', fifo]);
    await mkdir(folder.file('folder'));
    for (const name of ['fifo', 'folder']) {
      await expect(readPrivateFile(folder.file(name), rules(0))).rejects.toThrow(
        zosiaError('ZOSIA_FILE_UNREADABLE'),
      );
    }
  });

  it('refuses what is no text of a person, and what is not there', async () => {
    const path = folder.file('large');
    await writeFile(path, Buffer.alloc((1 << 20) + 1), { mode: 0o600 });
    const error: unknown = await readPrivateFile(path, rules(OF_OTHERS)).catch((e: unknown) => e);
    expect(error).toEqual(zosiaError('ZOSIA_FILE_TOO_LARGE'));
    expect(error).toMatchObject({ hint: 'Check that it is the file of the test.' });
    await expect(readPrivateFile(folder.file('none'), rules(0))).rejects.toThrow(
      zosiaError('ZOSIA_FILE_NOT_FOUND'),
    );
  });
});
