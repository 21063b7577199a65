import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { readApiKeyFile } from '../../../src/serve/access/api-key-file.js';
import { zosiaError } from '../../support/errors.js';
import { temporaryFolder } from '../../support/temporary.js';

describe('readApiKeyFile', () => {
  const folder = temporaryFolder();
  let count = 0;

  async function fileWith(text: string, mode = 0o600): Promise<string> {
    const path = folder.file(`keys-${++count}`);
    await writeFile(path, text);
    await chmod(path, mode);
    return path;
  }

  it('returns each key, without comments, empty lines and blanks around', async () => {
    const path = await fileWith('# mine\none\n\n  two \r\n\t# not this one\nthree');
    expect(await readApiKeyFile(path)).toEqual(['one', 'two', 'three']);
  });

  it('takes a file that not even its owner may write', async () => {
    expect(await readApiKeyFile(await fileWith('one', 0o400))).toEqual(['one']);
  });

  it.each([0o644, 0o640, 0o604, 0o620, 0o602])('refuses a file of mode %o', async (mode) => {
    const path = await fileWith('secret-key', mode);
    const error: unknown = await readApiKeyFile(path).catch((thrown: unknown) => thrown);
    expect(error).toEqual(zosiaError('ZOSIA_API_KEY_FILE_OPEN'));
    expect(error).toMatchObject({ hint: `Make it yours alone: chmod 600 '${path}'` });
    expect((error as Error).message).not.toContain('secret-key');
  });

  it.each(['', '\n\n', '# one\n'])('refuses a file without a key: %j', async (text) => {
    await expect(readApiKeyFile(await fileWith(text))).rejects.toThrow(
      zosiaError('ZOSIA_API_KEY_INVALID'),
    );
  });

  it('says which line is no key', async () => {
    const path = await fileWith('one\n# two\nthree four\n');
    await expect(readApiKeyFile(path)).rejects.toThrow(`${path}, line 3: that is no key`);
  });

  it('refuses what is no file of keys, and does not wait for a FIFO', async () => {
    const fifo = folder.file('fifo');
    await execa('mkfifo', ['-m', '600', fifo]);
    await mkdir(folder.file('folder'));
    const unreadable = zosiaError('ZOSIA_FILE_UNREADABLE');
    await expect(readApiKeyFile(fifo)).rejects.toThrow(unreadable);
    await expect(readApiKeyFile(folder.file('folder'))).rejects.toThrow(unreadable);
    await expect(readApiKeyFile(folder.file('missing'))).rejects.toThrow(
      zosiaError('ZOSIA_FILE_NOT_FOUND'),
    );
    await expect(readApiKeyFile(await fileWith('x\n'.repeat(600_000)))).rejects.toThrow(
      zosiaError('ZOSIA_FILE_TOO_LARGE'),
    );
  });
});
