import { generateKeyPairSync } from 'node:crypto';
import { chmod, mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { KEY_FILE, workerKey } from '../../../src/workers/keys/worker-key.js';
import { zosiaError } from '../../support/errors.js';
import { temporaryFolder } from '../../support/temporary.js';

describe('workerKey', () => {
  const temporary = temporaryFolder();
  let count = 0;
  let folder: string;
  let path: string;

  beforeEach(() => {
    folder = temporary.file(`keys-${++count}`);
    path = join(folder, KEY_FILE);
  });

  it('makes a key that only its owner may read, and reads it again', async () => {
    const made = await workerKey(folder);
    expect(made).toMatchObject({ path, isNew: true });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual([KEY_FILE]);
    expect(await workerKey(folder)).toEqual({ ...made, isNew: false });
  });

  it('makes another key in another folder', async () => {
    const { fingerprint } = await workerKey(folder);
    expect((await workerKey(join(folder, 'other'))).fingerprint).not.toBe(fingerprint);
  });

  it('gives all that ask at once the same key, which one of them has made', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => workerKey(folder)));
    expect(new Set(all.map(({ fingerprint }) => fingerprint)).size).toBe(1);
    expect(all.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(await readdir(folder)).toEqual([KEY_FILE]);
  });

  it.each([0o644, 0o640, 0o620, 0o602])('refuses a key of mode %o, and keeps it', async (mode) => {
    await workerKey(folder);
    const before = await readFile(path);
    await chmod(path, mode);
    const error: unknown = await workerKey(folder).catch((thrown: unknown) => thrown);
    expect(error).toEqual(zosiaError('ZOSIA_WORKER_KEY_OPEN'));
    expect(error).toMatchObject({ hint: expect.stringContaining(`chmod 600 '${path}'`) });
    expect(await readFile(path)).toEqual(before);
  });

  it.each([
    { what: 'nothing', text: '' },
    { what: 'no key', text: 'not a key\n' },
    {
      what: 'a key of another type',
      text: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
        type: 'pkcs8',
        format: 'pem',
      }),
    },
  ])('refuses a file with $what, and keeps it', async ({ text }) => {
    await mkdir(folder);
    await writeFile(path, text, { mode: 0o600 });
    await expect(workerKey(folder)).rejects.toThrow(zosiaError('ZOSIA_WORKER_KEY_INVALID'));
    expect(await readFile(path, 'utf8')).toBe(text);
  });

  it('refuses a folder in its place', async () => {
    await mkdir(path, { recursive: true });
    await expect(workerKey(folder)).rejects.toThrow(zosiaError('ZOSIA_FILE_UNREADABLE'));
  });
});
