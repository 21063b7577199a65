import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PackageCache } from '../../src/artifacts/cache.js';
import { samplePackage, temporaryFolder } from './samples.js';
import { skipWhere } from '../support/skipping.js';

const wanted = samplePackage('libc6', 'the right bytes');

async function cacheWith(contents: string): Promise<PackageCache> {
  const cache = new PackageCache(await temporaryFolder());
  await mkdir(dirname(cache.path(wanted)), { recursive: true });
  await writeFile(cache.path(wanted), contents);
  return cache;
}

describe('PackageCache.find', () => {
  it('returns a package with the right bytes', async () => {
    const cache = await cacheWith('the right bytes');
    expect(await cache.find(wanted)).toBe(cache.path(wanted));
  });

  it('returns undefined when the cache does not exist', async () => {
    const cache = new PackageCache(join(await temporaryFolder(), 'no', 'such'));
    expect(await cache.find(wanted)).toBeUndefined();
    expect(existsSync(cache.directory)).toBe(false);
  });

  it.each(['the wrong bytes', 'the right byte', 'the right bytes!', ''])(
    'reports "%s" in place of a package, and removes it',
    async (contents) => {
      const cache = await cacheWith(contents);
      await expect(cache.find(wanted)).rejects.toMatchObject({
        code: 'ZOSIA_CACHE_CORRUPT',
        message: expect.stringContaining(cache.path(wanted)),
        hint: expect.stringContaining('again'),
      });
      expect(await cache.find(wanted)).toBeUndefined();
    },
  );

  it('reports a folder in place of a package, and removes it', async () => {
    const cache = await cacheWith('');
    await rm(cache.path(wanted));
    await mkdir(join(cache.path(wanted), 'x'), { recursive: true });
    await expect(cache.find(wanted)).rejects.toMatchObject({ code: 'ZOSIA_CACHE_CORRUPT' });
    expect(await cache.find(wanted)).toBeUndefined();
  });

  it('reports what is in the way of the cache', async () => {
    const file = join(await temporaryFolder(), 'file');
    await writeFile(file, '');
    await expect(new PackageCache(file).find(wanted)).rejects.toMatchObject({
      code: 'ZOSIA_CACHE_UNUSABLE',
      message: expect.stringContaining('ENOTDIR'),
      subject: { option: 'cacheDir' },
    });
  });
});

describe('PackageCache.take', () => {
  it('moves a file with the right bytes into the cache, and rejects others', async () => {
    const cache = new PackageCache(await temporaryFolder('zosia śpace '));
    await cache.withTemporaryFolder(async (folder) => {
      await writeFile(join(folder, 'right'), 'the right bytes');
      await writeFile(join(folder, 'wrong'), 'the wrong bytes');
      expect(await cache.take(join(folder, 'wrong'), wanted)).toBeUndefined();
      expect(await cache.find(wanted)).toBeUndefined();
      expect(await cache.take(join(folder, 'right'), wanted)).toBe(cache.path(wanted));
    });
    expect(await readFile(cache.path(wanted), 'utf8')).toBe('the right bytes');
  });
});

describe('PackageCache.withTemporaryFolder', () => {
  it('removes the folder when its function throws', async () => {
    const cache = new PackageCache(await temporaryFolder());
    const failure = new Error('on purpose');
    await expect(
      cache.withTemporaryFolder(async (folder) => {
        await writeFile(join(folder, 'half'), 'x');
        throw failure;
      }),
    ).rejects.toBe(failure);
    expect(await readdir(join(cache.directory, 'partial'))).toEqual([]);
  });

  const asRoot = skipWhere(process.getuid?.() === 0, 'root may write to every folder');
  it('reports a folder that is not writable', asRoot, async () => {
    const folder = await temporaryFolder();
    await chmod(folder, 0o500);
    const cache = new PackageCache(folder);
    await expect(cache.withTemporaryFolder(() => Promise.resolve())).rejects.toMatchObject({
      code: 'ZOSIA_CACHE_UNUSABLE',
    });
  });
});
