import { randomFillSync } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { open, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { bytesSegment, makeImage } from '../../src/image/image.js';
import type { Image } from '../../src/image/image.js';
import { digestFile, digestImage } from '../../src/host/digest.js';
import { DirectWriter } from '../../src/host/direct-writer.js';
import { writeRaw } from '../../src/host/raw-writer.js';
import { zosiaError } from '../support/errors.js';
import { temporaryFolder } from '../support/temporary.js';

const folder = temporaryFolder();
const MIB = 2 ** 20;
/** More than what goes through the page cache. */
const SOURCE_BYTES = 260 * MIB + 700;
const DATA_AT = [0, 100 * MIB + 4099, SOURCE_BYTES - 3 * MIB];
const DATA_BYTES = 3 * MIB;
/** Where the source lies in the image, as on a disk with blocks of 1 KiB. */
const SHIFT = 5 * 1024;

let image: Image;
type Write = (this: FileHandle, bytes: Uint8Array, ...rest: number[]) => Promise<unknown>;
let prototype: { write: Write };

beforeAll(async () => {
  const source = await open(folder.file('source'), 'w');
  prototype = Object.getPrototypeOf(source) as typeof prototype;
  await source.truncate(SOURCE_BYTES);
  for (const at of DATA_AT) {
    await source.write(randomFillSync(new Uint8Array(DATA_BYTES)), 0, DATA_BYTES, at);
  }
  await source.close();
  image = makeImage(SOURCE_BYTES + 3 * SHIFT, [
    bytesSegment(10, Uint8Array.of(1, 2, 3)),
    {
      offset: SHIFT,
      length: SOURCE_BYTES,
      source: { kind: 'file', path: folder.file('source'), offset: 0 },
    },
  ]);
});

afterEach(() => {
  vi.restoreAllMocks();
});

describe('writeRaw, of an image that is too long for the page cache', () => {
  it('writes past the page cache, keeps the holes and counts what is in place', async () => {
    const opened = vi.spyOn(DirectWriter, 'open');
    const path = folder.file('long.img');
    const done: number[] = [];
    await writeRaw(image, path, {
      onProgress: (doneBytes, totalBytes) => {
        expect(totalBytes).toBe(SOURCE_BYTES + 3);
        done.push(doneBytes);
      },
    });
    expect(opened).toHaveBeenCalledOnce();
    const { size, blocks } = await stat(path);
    expect(size).toBe(image.sizeBytes);
    expect(blocks * 512).toBeLessThan(DATA_AT.length * DATA_BYTES + MIB);
    expect(await digestFile(path, size)).toBe(await digestImage(image));
    expect(done).toEqual([...new Set(done)].sort((a, b) => a - b));
    expect(done.at(-1)).toBe(SOURCE_BYTES + 3);
  });

  it('goes through the page cache for a file that need not outlive a crash', async () => {
    const opened = vi.spyOn(DirectWriter, 'open');
    await writeRaw(image, folder.file('passing.img'), { durable: false });
    expect(opened).not.toHaveBeenCalled();
    const digest = await digestFile(folder.file('passing.img'), image.sizeBytes);
    expect(digest).toBe(await digestImage(image));
  });

  it('leaves a whole file or the old one, whenever it is cancelled', async () => {
    const path = folder.file('cancelled.img');
    const whole = await digestImage(image);
    const before = (await readdir(folder.path)).length;
    const cancelAt = fc.record({ pieces: fc.nat(66), turns: fc.nat(4) });
    await fc.assert(
      fc.asyncProperty(cancelAt, async ({ pieces, turns }) => {
        await writeFile(path, 'as it was');
        const controller = new AbortController();
        let left = pieces;
        let cancelling: Promise<void> | undefined;
        const cancel = async (): Promise<void> => {
          for (let turn = 0; turn < turns; turn++) await setImmediate();
          controller.abort(new Error('cancelled'));
        };
        const outcome = await writeRaw(image, path, {
          signal: controller.signal,
          onProgress: () => {
            if (left-- === 0) cancelling = cancel();
          },
        }).then(
          () => 'written',
          (error: unknown) => (error as Error).message,
        );
        await cancelling;
        if (outcome === 'written') expect(await digestFile(path, image.sizeBytes)).toBe(whole);
        else expect([outcome, await readFile(path, 'utf8')]).toEqual(['cancelled', 'as it was']);
        expect(await readdir(folder.path)).toHaveLength(before + 1);
      }),
      { numRuns: 8, examples: [[{ pieces: 0, turns: 0 }], [{ pieces: 66, turns: 0 }]] },
    );
  });

  /** Lets some long writes through; the next one is refused, and so are those after it unless told otherwise. */
  function refuseWrites(
    code: string,
    { after, times = Infinity }: { after: number; times?: number },
  ) {
    const really = prototype.write;
    let count = 0;
    vi.spyOn(prototype, 'write').mockImplementation(async function (this: FileHandle, ...args) {
      if (args[0].length < MIB) return really.apply(this, args);
      count++;
      if (count <= after || count > after + times) return really.apply(this, args);
      throw Object.assign(new Error(code), { code, syscall: 'write' });
    });
  }

  it.each([0, 1, 2])('leaves nothing when the disk is full after %i long writes', async (after) => {
    refuseWrites('ENOSPC', { after });
    const path = folder.file('full.img');
    const before = await readdir(folder.path);
    await expect(writeRaw(image, path)).rejects.toThrow(zosiaError('ZOSIA_DISK_FULL'));
    expect(await readdir(folder.path)).toEqual(before);
  });

  it('leaves nothing when one write fails and those after it do not', async () => {
    refuseWrites('EIO', { after: 1, times: 1 });
    const before = await readdir(folder.path);
    await expect(writeRaw(image, folder.file('gap.img'))).rejects.toThrow(
      zosiaError('ZOSIA_OUTPUT_UNWRITABLE'),
    );
    expect(await readdir(folder.path)).toEqual(before);
  });

  it.each([0, 1, 2])(
    'writes the same bytes where the file system has no direct I/O after all, after %i writes',
    async (after) => {
      refuseWrites('EINVAL', { after, times: 1 });
      const path = folder.file('refused.img');
      await writeRaw(image, path);
      expect(await digestFile(path, image.sizeBytes)).toBe(await digestImage(image));
    },
  );

  it('leaves nothing when the source changes while it is copied', async () => {
    const before = await readdir(folder.path);
    const writing = writeRaw(image, folder.file('changed.img'), {
      onProgress: (doneBytes) => {
        if (doneBytes < 8 * MIB) void utimes(folder.file('source'), 1, doneBytes);
      },
    });
    await expect(writing).rejects.toThrow(zosiaError('ZOSIA_FILE_CHANGED'));
    expect(await readdir(folder.path)).toEqual(before);
  });
});
