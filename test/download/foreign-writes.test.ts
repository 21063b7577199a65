import { renameSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { link, open, rm, truncate } from 'node:fs/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { withoutProxy } from '../artifacts/repository.js';
import { ForeignWrites } from '../../src/download/foreign-writes.js';
import { temporaryFolder } from '../artifacts/samples.js';
import { place, someBytes } from './support.js';

withoutProxy();

const BYTES = someBytes(95_000);
const SLOW = { bytes: BYTES, pace: { bytes: 1000, everyMs: 2 } };

async function overwrite(path: string, at: number): Promise<void> {
  const file = await open(path, 'r+');
  // A write within the same tick of the system's clock would have the same time.
  await new Promise((resolve) => setTimeout(resolve, 20));
  await file.write(new Uint8Array(100), 0, 100, at).finally(() => file.close());
}

describe('a file that somebody else changes while it is downloaded', () => {
  it.each<[string, (path: string) => void, RegExp]>([
    [
      'truncated',
      (path) => {
        truncateSync(path, 10);
      },
      /was changed while it was downloaded/,
    ],
    [
      'made longer',
      (path) => {
        truncateSync(path, 100_000);
      },
      /was changed while it was downloaded/,
    ],
    [
      'removed',
      (path) => {
        unlinkSync(path);
      },
      /was removed while it was downloaded/,
    ],
    [
      'replaced',
      (path) => {
        writeFileSync(`${path}.other`, BYTES);
        renameSync(`${path}.other`, path);
      },
      /was replaced while it was downloaded/,
    ],
  ])('is not published where it is %s', async (_, change, words) => {
    const { download, file, unknown, target, names } = await place(SLOW);
    for (const remote of [file, unknown]) {
      let isChanged = false;
      // Between two writes: what changes it in the middle of one may not be noticed.
      const onBytes = (received: number): void => {
        if (isChanged || received <= 60_000) return;
        isChanged = true;
        change(`${target}.part`);
      };
      await expect(download(remote, target, { connections: 1, onBytes })).rejects.toMatchObject({
        code: 'ZOSIA_FILE_CHANGED',
        message: expect.stringMatching(words),
      });
      expect(await names()).toEqual([]);
    }
  });

  it('is had where it is changed, and has the right bytes in the end', async () => {
    const { download, file, target, contents } = await place(SLOW);
    let changed: Promise<void> | undefined;
    // What is still to come is written over it.
    const onBytes = (received: number): void => {
      if (received > 5000) changed ??= overwrite(`${target}.part`, 90_000);
    };
    await download(file, target, { connections: 1, onBytes });
    await changed;
    expect(Buffer.compare(await contents(), BYTES)).toBe(0);
  });

  it.each([true, false])(
    'says that its folder, or its lock, was removed: folder %s',
    async (isFolder) => {
      const { folder, download, file, target } = await place(SLOW);
      let removed: Promise<void> | undefined;
      const onBytes = (received: number): void => {
        if (received > 60_000) {
          removed ??= rm(isFolder ? folder : `${target}.part.lock`, { recursive: true });
        }
      };
      await expect(download(file, target, { onBytes })).rejects.toMatchObject({
        code: 'ZOSIA_FILE_CHANGED',
        message: `${target}.part.lock was removed while model.gguf was downloaded`,
      });
      await removed;
    },
  );
});

describe('ForeignWrites', () => {
  async function written() {
    const path = `${await temporaryFolder()}/file`;
    const file = await open(path, 'w+');
    onTestFinished(() => file.close());
    const writes = new ForeignWrites(file, 0);
    const write = (at: number) =>
      writes.during(at + 10, async () => {
        await file.write(new Uint8Array(10), 0, 10, at);
      });
    await write(0);
    await write(10);
    return { path, writes, write };
  }

  it('suspects nobody where this process writes, also several at once', async () => {
    const { path, writes, write } = await written();
    await Promise.all([write(20), write(30), write(40)]);
    await link(path, `${path}.link`);
    await write(0);
    expect(writes.isSuspected()).toBe(false);
  });

  it('suspects a write between two of its own', async () => {
    const { path, writes, write } = await written();
    await overwrite(path, 3);
    await write(20);
    expect(writes.isSuspected()).toBe(true);
  });

  it('suspects a truncation behind which it goes on', async () => {
    const { path, writes, write } = await written();
    const other = writes.during(30, async () => {
      await truncate(path, 5);
      await write(20);
    });
    await other;
    expect(writes.isSuspected()).toBe(true);
  });
});
