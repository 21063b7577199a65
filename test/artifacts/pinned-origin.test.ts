import { readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { pinnedOriginFile } from '../../src/artifacts/pinned-origin.js';
import type { PinnedOriginOptions } from '../../src/artifacts/pinned-origin.js';
import { sha256 } from '../../src/image/sha256.js';
import { zosiaError } from '../support/errors.js';
import { serve, withoutProxy } from './repository.js';
import type { TestServer } from './repository.js';
import { temporaryFolder } from './samples.js';

withoutProxy();

const CONTENTS = 'a source';

async function served(...answer: Parameters<typeof serve>): Promise<TestServer> {
  const server = await serve(...answer);
  onTestFinished(() => server.close());
  return server;
}

async function cache(): Promise<{
  cacheDir: string;
  get: (from: string, options?: Partial<PinnedOriginOptions>) => Promise<string>;
}> {
  const cacheDir = await temporaryFolder();
  return {
    cacheDir,
    get: (from, options) =>
      pinnedOriginFile(from, { sha256: sha256(CONTENTS), cacheDir, ...options }),
  };
}

/** The files that a cache has, in its folders. */
const filesIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);

const whole: Parameters<typeof serve>[0] = (_, response) => response.end(CONTENTS);

describe('pinnedOriginFile of a URL', () => {
  it('is downloaded once, and found in the cache, also offline and from another URL', async () => {
    const server = await served(whole);
    const { get } = await cache();
    const path = await get(`${server.url}linux.tar.xz`);
    expect(await readFile(path, 'utf8')).toBe(CONTENTS);
    expect(await get(`${server.url}linux.tar.xz`)).toBe(path);
    expect(await get('https://elsewhere.invalid/x', { offline: true })).toBe(path);
    expect(server.requests).toEqual(['/linux.tar.xz']);
  });

  it('is asked for from nobody when offline', async () => {
    const server = await served(whole);
    const { get } = await cache();
    const failure = get(`${server.url}x?token=hidden`, { offline: true });
    await expect(failure).rejects.toThrow(zosiaError('ZOSIA_OFFLINE'));
    await expect(failure).rejects.toThrow(`not in the cache: ${server.url}x`);
    await expect(failure).rejects.not.toThrow('hidden');
    expect(server.requests).toEqual([]);
  });

  it('leaves nothing of other bytes', async () => {
    const server = await served((_, response) => response.end('something else'));
    const { get, cacheDir } = await cache();
    await expect(get(server.url)).rejects.toThrow(zosiaError('ZOSIA_DOWNLOAD_CORRUPT'));
    expect(await filesIn(cacheDir)).toEqual([]);
  });

  it('is cut off where it is longer than is allowed', async () => {
    const server = await served(whole);
    const { get, cacheDir } = await cache();
    const failure = get(server.url, { maxBytes: CONTENTS.length - 1 });
    await expect(failure).rejects.toThrow(zosiaError('ZOSIA_DOWNLOAD_CORRUPT'));
    expect(await filesIn(cacheDir)).toEqual([]);
    await get(server.url, { maxBytes: CONTENTS.length });
  });

  it('leaves nothing half-written when it is cancelled', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const server = await served((_, response) => {
      response.write(CONTENTS.slice(0, 3));
    });
    const { get, cacheDir } = await cache();
    const failure = get(server.url, {
      signal: controller.signal,
      onBytes: () => {
        controller.abort(reason);
      },
    });
    await expect(failure).rejects.toBe(reason);
    expect(await filesIn(cacheDir)).toEqual([]);
  });

  it('notices that its copy is damaged, and downloads it again the next time', async () => {
    const server = await served(whole);
    const { get } = await cache();
    const path = await get(server.url);
    await writeFile(path, 'a sourcE');
    await expect(get(server.url)).rejects.toThrow(zosiaError('ZOSIA_CACHE_CORRUPT'));
    expect(await get(server.url)).toBe(path);
    expect(await readFile(path, 'utf8')).toBe(CONTENTS);
  });
});

describe('pinnedOriginFile of a file', () => {
  it('is that file, whose bytes are checked, and no copy of it', async () => {
    const { get, cacheDir } = await cache();
    const path = join(await temporaryFolder(), 'linux.tar');
    await writeFile(path, CONTENTS);
    expect(await get(path, { offline: true })).toBe(path);
    await writeFile(path, 'other');
    await expect(get(path)).rejects.toThrow(zosiaError('ZOSIA_DOWNLOAD_CORRUPT'));
    await rm(path);
    await expect(get(path)).rejects.toMatchObject({
      code: 'ZOSIA_FILE_NOT_FOUND',
      message: `there is no file at ${path}`,
    });
    // The digest cannot be left out here.
    await expect(get(cacheDir)).rejects.toMatchObject({
      code: 'ZOSIA_FILE_UNREADABLE',
      hint: expect.not.stringContaining('sha256'),
    });
    expect(await filesIn(cacheDir)).toEqual([]);
  });
});
