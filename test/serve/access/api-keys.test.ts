import { chmod, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { apiKeyPath, apiKeys } from '../../../src/serve/access/api-keys.js';
import { zosiaError } from '../../support/errors.js';
import { temporaryFolder } from '../../support/temporary.js';

describe('apiKeys', () => {
  const temporary = temporaryFolder();
  let count = 0;
  const newFolder = (): string => temporary.file(`settings-${++count}`);
  const host = '127.0.0.1';

  it('makes a key that only its user can read, and shows it once', async () => {
    const folder = newFolder();
    const { keys, made } = await apiKeys({ host, folder });
    expect(keys).toEqual([made?.key]);
    expect(made?.path).toBe(apiKeyPath(folder));
    expect(await readFile(made!.path, 'utf8')).toBe(`${keys[0]!}\n`);
    expect((await stat(made!.path)).mode & 0o777).toBe(0o600);

    expect(await apiKeys({ host, folder })).toEqual({ keys });
    expect(await readdir(folder)).toEqual(['api-key']);
  });

  it('makes one key for several that ask at once', async () => {
    const folder = newFolder();
    const all = await Promise.all(Array.from({ length: 8 }, () => apiKeys({ host, folder })));
    expect(new Set(all.flatMap(({ keys }) => keys)).size).toBe(1);
    expect(all.filter(({ made }) => made)).toHaveLength(1);
  });

  it('refuses the key that it made once others may read it', async () => {
    const folder = newFolder();
    const { made } = await apiKeys({ host, folder });
    await chmod(made!.path, 0o644);
    await expect(apiKeys({ host, folder })).rejects.toThrow(zosiaError('ZOSIA_API_KEY_FILE_OPEN'));
  });

  it('returns those of the file and the single one, and makes none then', async () => {
    const folder = newFolder();
    const apiKeyFile = temporary.file('given');
    await writeFile(apiKeyFile, 'one\ntwo\n', { mode: 0o600 });
    expect(await apiKeys({ host, folder, apiKeyFile })).toEqual({ keys: ['one', 'two'] });
    expect(await apiKeys({ host, folder, apiKey: 'three' })).toEqual({ keys: ['three'] });
    const both = await apiKeys({ host, folder, apiKeyFile, apiKey: 'three' });
    expect(both).toEqual({ keys: ['one', 'two', 'three'] });
    await expect(stat(folder)).rejects.toThrow('ENOENT');
  });

  it.each(['', 'two words'])('refuses the single key %j', async (apiKey) => {
    await expect(apiKeys({ host, folder: newFolder(), apiKey })).rejects.toThrow(
      zosiaError('ZOSIA_API_KEY_INVALID'),
    );
  });

  it('returns none on loopback when that is wanted, and makes none', async () => {
    const folder = newFolder();
    for (const each of ['127.0.0.1', '::1', 'localhost']) {
      expect(await apiKeys({ host: each, folder, key: false })).toEqual({ keys: [] });
    }
    await expect(stat(folder)).rejects.toThrow('ENOENT');
  });

  it.each(['0.0.0.0', '::', 'example.org'])('refuses to have no key at %s', async (each) => {
    await expect(apiKeys({ host: each, folder: newFolder(), key: false })).rejects.toThrow(
      zosiaError('ZOSIA_NO_KEY_REFUSED'),
    );
  });

  it.each([{ apiKey: 'one' }, { apiKeyFile: '/keys' }])(
    'refuses to have no key and %o',
    async (given) => {
      const asked = apiKeys({ host, folder: newFolder(), key: false, ...given });
      await expect(asked).rejects.toThrow(zosiaError('ZOSIA_NO_KEY_REFUSED'));
      await expect(asked).rejects.toThrow(`key and ${Object.keys(given)[0]!} contradict`);
    },
  );
});
