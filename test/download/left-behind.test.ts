import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { DownloaderOptions } from '../../src/download/download-file.js';
import { withoutProxy } from '../artifacts/repository.js';
import type { Fault } from '../support/faulty-server.js';
import { buildChild, startChild } from '../support/download-process.js';
import { QUICK, place, sha256, someBytes } from './support.js';

withoutProxy();

const BYTES = someBytes(95_000);
const PARTS = ['model.gguf.part', 'model.gguf.part.json'];

/** The system says that the disk is full for whatever is written once this has been called, until it is undone. */
async function fillDisk(path: string): Promise<{ undo: () => void }> {
  const file = await open(path, 'r');
  const prototype = Object.getPrototypeOf(file) as typeof file;
  await file.close();
  const full = () => Promise.reject(Object.assign(new Error('no space'), { code: 'ENOSPC' }));
  const spies = [
    vi.spyOn(prototype, 'writev').mockImplementation(full),
    vi.spyOn(prototype, 'writeFile').mockImplementation(full),
  ];
  return {
    undo: () => {
      for (const spy of spies) spy.mockRestore();
    },
  };
}

describe('what a download leaves behind', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  const refusals: [string, Fault, RegExp][] = [
    ...[401, 403, 404, 410].map((status): [string, Fault, RegExp] => [
      `status ${status}`,
      { kind: 'status', status },
      /status 4/,
    ]),
    ['a redirection in a circle', { kind: 'redirect', location: '/folder/model.gguf' }, /circle/],
    ['a redirection to what is no URL', { kind: 'redirect', location: 'file:///a' }, /no http/],
    ['a coding', { kind: 'packed' }, /"gzip"/],
    ['no body', { kind: 'reset', afterBytes: 0 }, /reset|closed/],
  ];

  it.each(refusals)('is nothing where nothing of use came: %s', async (_, fault, words) => {
    const { download, file, unknown, target, names } = await place(
      { bytes: BYTES, fault: () => fault },
      { attempts: 1 },
    );
    for (const remote of [file, unknown]) {
      await expect(download(remote, target)).rejects.toMatchObject({
        code: 'ZOSIA_DOWNLOAD_FAILED',
        message: expect.stringMatching(words),
      });
      expect(await names()).toEqual([]);
    }
  });

  it('is nothing of a file that is too large', async () => {
    const { download, unknown, target, names } = await place({ bytes: BYTES });
    await expect(download({ ...unknown, maxBytes: 94_999 }, target)).rejects.toMatchObject({
      code: 'ZOSIA_DOWNLOAD_CORRUPT',
    });
    expect(await names()).toEqual([]);
  });

  it.each(refusals)(
    'is what came before, which the next run goes on from: %s',
    async (_, fault) => {
      let isRefused = true;
      const { server, download, file, target, names, contents } = await place(
        { bytes: BYTES, fault: (index) => (isRefused && index >= 2 ? fault : undefined) },
        { attempts: 1 },
      );
      for (let run = 0; run < 2; run++) {
        await expect(download(file, target, { connections: 1 })).rejects.toThrow();
        expect(await names()).toEqual(PARTS);
      }
      isRefused = false;
      const before = server.requests.length;
      await download(file, target, { connections: 1 });
      expect(server.requests[before]!.headers.range).toBe('bytes=20000-29999');
      expect(Buffer.compare(await contents(), BYTES)).toBe(0);
      expect(await names()).toEqual(['model.gguf']);
    },
  );

  it('is nothing of a file whose parts nothing holds together', async () => {
    const { download, unknown, target, names } = await place(
      {
        bytes: BYTES,
        tag: 'weak',
        lastModified: null,
        fault: (index) => (index > 0 ? { kind: 'reset', afterBytes: 30_000 } : undefined),
      },
      { attempts: 2 },
    );
    await expect(download(unknown, target)).rejects.toMatchObject({
      code: 'ZOSIA_DOWNLOAD_FAILED',
    });
    expect(await names()).toEqual([]);
  });

  it('is nothing of an earlier part without a journal', async () => {
    const { download, file, target, names } = await place({
      bytes: BYTES,
      fault: () => ({ kind: 'status', status: 404 }),
    });
    await writeFile(`${target}.part`, BYTES);
    await expect(download(file, target)).rejects.toThrow('404');
    expect(await names()).toEqual([]);
  });

  it('is what fitted, where the disk is full under way, with figures', async () => {
    let freeBytes = 1 << 30;
    const { server, download, file, target, names, contents } = await place(
      { bytes: BYTES },
      { journalBytes: 1, readFree: () => Promise.resolve(freeBytes) },
    );
    let filled: Promise<{ undo: () => void }> | undefined;
    const onBytes = (received: number): void => {
      if (received < 30_000) return;
      freeBytes = 5000;
      filled ??= fillDisk(`${target}.part`);
    };
    await expect(download(file, target, { connections: 1, onBytes })).rejects.toMatchObject({
      code: 'ZOSIA_DISK_FULL',
      message: `no room to write ${target}.part: it needs 1 MiB, 0 MiB are free`,
    });
    (await filled)!.undo();
    expect(await names()).toEqual(PARTS);
    freeBytes = 1 << 30;
    const before = server.requests.length;
    await download(file, target, { connections: 1 });
    const [, from] = /^bytes=(\d+)-/.exec(server.requests[before]!.headers.range!)!;
    expect(Number(from)).toBeGreaterThanOrEqual(10_000);
    expect(Buffer.compare(await contents(), BYTES)).toBe(0);
    expect(await names()).toEqual(['model.gguf']);
  });

  it('is nothing where not even a journal fits, and the error is the disk’s', async () => {
    const { download, file, target, names } = await place({ bytes: BYTES });
    const disk = await fillDisk(new URL(import.meta.url).pathname);
    const failed = expect(download(file, target)).rejects;
    // Without figures: by what the system tells there is room, as with a quota.
    await failed.toMatchObject({ code: 'ZOSIA_DISK_FULL', message: `no room to write ${target}` });
    disk.undo();
    expect(await names()).toEqual([]);
  });

  it('is a part that another process goes on from, which has waited for one that is killed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'zosia-child-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const program = await buildChild(folder, 'download-child');
    const { server, file, target, names, contents } = await place({
      bytes: BYTES,
      pace: { bytes: 1000, everyMs: 20 },
    });
    const means: DownloaderOptions = { ...QUICK, journalBytes: 1 };
    const { sizeBytes, sha256: digest } = file;
    const task = { url: server.url.href, target, sizeBytes, sha256: digest, wait: true, means };
    const owner = startChild(program, task);
    await vi.waitFor(
      async () => {
        const text = await readFile(`${target}.part.json`, 'utf8');
        expect((JSON.parse(text) as { have: unknown[] }).have).not.toHaveLength(0);
      },
      { timeout: 20_000, interval: 5 },
    );
    const waiting = startChild(program, task);
    const before = server.requests.length;
    // Until it has looked whether the owner lives: it is given time, not asked.
    await new Promise((resolve) => setTimeout(resolve, 300));
    owner.process.kill('SIGKILL');
    expect(await owner.result).toBeUndefined();
    expect(await waiting.result).toMatchObject({ sha256: sha256(BYTES) });
    expect(Buffer.compare(await contents(), BYTES)).toBe(0);
    expect(await names()).toEqual(['model.gguf']);
    expect(server.requests.slice(before).length).toBeGreaterThan(0);
  });

  it.each([86_400_000, -86_400_000])(
    'is no less where the clock jumps by %d ms while it is downloaded and resumed',
    async (jumpMs) => {
      let isAway = true;
      const { server, download, file, target, names, contents } = await place(
        {
          bytes: BYTES,
          fault: (index) => (isAway && index >= 4 ? { kind: 'status', status: 404 } : undefined),
        },
        { journalBytes: 1 },
      );
      const now = Date.now.bind(Date);
      const waits: string[] = [];
      const options = { connections: 1, onWait: (why: string) => void waits.push(why) };
      const onBytes = (received: number): void => {
        if (received > 20_000) vi.spyOn(Date, 'now').mockImplementation(() => now() + jumpMs);
      };
      await expect(download(file, target, { ...options, onBytes })).rejects.toThrow('404');
      expect(await names()).toEqual(PARTS);
      isAway = false;
      const before = server.requests.length;
      await download(file, target, options);
      expect(server.requests.length - before).toBe(6);
      expect(waits).toEqual([]);
      expect(Buffer.compare(await contents(), BYTES)).toBe(0);
    },
  );
});
