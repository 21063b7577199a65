import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { withoutProxy } from '../artifacts/repository.js';
import type { ChildResult, ChildTask } from '../support/download-child.js';
import { buildChild, startChild } from '../support/download-process.js';
import { QUICK, place, sha256, someBytes } from './support.js';

withoutProxy();

const BYTES = someBytes(95_000);
const SLOW = { bytes: BYTES, pace: { bytes: 1000, everyMs: 5 } };

describe('one downloader a file', () => {
  it('refuses a second one, or has it wait for the first and take its file', async () => {
    const { server, download, file, target, contents } = await place(SLOW);
    const first = download(file, target);
    await vi.waitFor(() => {
      expect(server.requests).not.toHaveLength(0);
    });
    await expect(download(file, target)).rejects.toMatchObject({
      code: 'ZOSIA_DOWNLOAD_BUSY',
      message: 'another process downloads model.gguf',
    });
    const waits: string[] = [];
    const second = download(file, target, { wait: true, onWait: (why) => void waits.push(why) });
    expect(await second).toEqual(await first);
    expect(waits).toEqual(['another process downloads model.gguf']);
    expect(Buffer.compare(await contents(), BYTES)).toBe(0);
    expect(server.requests).toHaveLength(10);
  });

  it('lets two processes that wait for each other end with one file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'zosia-child-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const program = await buildChild(folder, 'download-child');
    const { server, target, names, contents } = await place(SLOW);
    const task: ChildTask = { url: server.url.href, target, wait: true, means: QUICK };
    const children = [
      startChild<ChildResult>(program, task),
      startChild<ChildResult>(program, task),
    ];
    const results = await Promise.all(children.map(({ result }) => result));
    expect(results.map((result) => result && 'sha256' in result && result.sha256)).toEqual([
      sha256(BYTES),
      sha256(BYTES),
    ]);
    expect(Buffer.compare(await contents(), BYTES)).toBe(0);
    expect(await names()).toEqual(['model.gguf']);
  });
});
