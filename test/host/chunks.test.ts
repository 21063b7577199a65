import { existsSync } from 'node:fs';
import {
  appendFile,
  readdir,
  readlink,
  realpath,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { imageChunks } from '../../src/host/chunks.js';
import type { Chunk } from '../../src/host/chunks.js';
import { digestImage } from '../../src/host/digest.js';
import { readStamp } from '../../src/host/file-stamp.js';
import { bytesSegment, makeImage } from '../../src/image/image.js';
import type { Image, Segment } from '../../src/image/image.js';
import { imageBytes } from '../support/images.js';
import { zosiaError } from '../support/errors.js';
import { temporaryFolder } from '../support/temporary.js';
import { skipWhere } from '../support/skipping.js';

const folder = temporaryFolder();
const CHUNK_BYTES = 1000;
const PIECES = { maximumBytes: CHUNK_BYTES };

/** A file of `chunks` chunks, each filled with its own number, and an image of the whole of it. */
async function numbered(name: string, chunks: number): Promise<{ path: string; image: Image }> {
  const path = folder.file(name);
  const bytes = new Uint8Array(chunks * CHUNK_BYTES).map((_, index) => index / CHUNK_BYTES);
  await writeFile(path, bytes);
  return { path, image: makeImage(bytes.length, [fileSegment(0, path, bytes.length)]) };
}

function fileSegment(offset: number, path: string, length: number): Segment {
  return { offset, length, source: { kind: 'file', path, offset: 0 } };
}

/** Lets pending operations continue for some turns of the event loop. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await setImmediate();
}

describe('imageChunks', () => {
  it('keeps a chunk unchanged while the next one is read', async () => {
    const { image } = await numbered('ahead', 20);
    const seen: number[] = [];
    for await (const { offset, bytes } of imageChunks(image, undefined, PIECES)) {
      await turns(5);
      expect(new Set(bytes)).toEqual(new Set([offset / CHUNK_BYTES]));
      seen.push(offset / CHUNK_BYTES);
    }
    expect(seen).toEqual(Array.from({ length: 20 }, (_, index) => index));
  });

  it('keeps as many chunks more unchanged as are asked for', async () => {
    const { image } = await numbered('kept', 20);
    const chunks: Chunk[] = [];
    for await (const chunk of imageChunks(image, undefined, { ...PIECES, kept: 2 })) {
      chunks.push(chunk);
      await turns(5);
      for (const { offset, bytes } of chunks.slice(-3)) {
        expect(new Set(bytes)).toEqual(new Set([offset / CHUNK_BYTES]));
      }
    }
    expect(chunks).toHaveLength(20);
  });

  it('gathers small files and bytes, with zeros for short gaps', async () => {
    const { path } = await numbered('small', 1);
    const image = makeImage(10_000, [
      bytesSegment(0, Uint8Array.of(1, 2, 3)),
      fileSegment(10, path, 2),
      bytesSegment(20, Uint8Array.of(4)),
      bytesSegment(8000, Uint8Array.of(5)),
    ]);
    const chunks = [];
    for await (const { offset, bytes, dataBytes } of imageChunks(image)) {
      chunks.push([offset, [...bytes], dataBytes]);
    }
    expect(chunks).toEqual([
      [0, [1, 2, 3, ...new Array<number>(17).fill(0), 4], 6],
      [8000, [5], 1],
    ]);
  });

  const noProc = skipWhere(!existsSync('/proc/self/fd'), 'no /proc/self/fd here');
  it('closes its files wherever the consumer stops', noProc, async () => {
    const { image, path } = await numbered('left', 4);
    const target = await realpath(path);
    const both = makeImage(2 * image.sizeBytes, [
      ...image.segments,
      fileSegment(image.sizeBytes, folder.file('absent'), 1),
    ]);
    // The process may have others, of which some are just being opened or closed.
    const isOpen = async (): Promise<boolean> => {
      const descriptors = await readdir('/proc/self/fd');
      const targets = await Promise.all(
        descriptors.map((name) => readlink(`/proc/self/fd/${name}`).catch(() => '')),
      );
      return targets.includes(target);
    };
    expect(await isOpen()).toBe(false);
    for (let leaveAfter = 1; leaveAfter <= 3; leaveAfter++) {
      let count = 0;
      for await (const chunk of imageChunks(image, undefined, PIECES)) {
        expect(chunk.bytes).toHaveLength(CHUNK_BYTES);
        expect(await isOpen()).toBe(true);
        if (++count === leaveAfter) break;
      }
      expect(await isOpen()).toBe(false);
    }
    await expect(digestImage(both)).rejects.toThrow(zosiaError('ZOSIA_FILE_NOT_FOUND'));
    await appendFile(path, 'more');
    expect(await isOpen()).toBe(false);
  });

  it('throws a failure of reading ahead only after the chunks before it', async () => {
    const { image } = await numbered('fails ahead', 1);
    const broken = makeImage(2 * CHUNK_BYTES, [
      ...image.segments,
      fileSegment(CHUNK_BYTES, folder.file('absent'), 1),
    ]);
    let chunks = 0;
    const read = async (): Promise<void> => {
      for await (const chunk of imageChunks(broken, undefined, PIECES)) {
        chunks += chunk.bytes.length;
        await turns(20);
      }
    };
    await expect(read()).rejects.toThrow(zosiaError('ZOSIA_FILE_NOT_FOUND'));
    expect(chunks).toBe(CHUNK_BYTES);
  });

  it.each([
    ['grows', (path: string) => appendFile(path, 'x')],
    ['shrinks', (path: string) => truncate(path, 19.5 * CHUNK_BYTES)],
    ['is written over', (path: string) => utimes(path, 1, 1)],
  ])('refuses a file that %s while it is read', async (_, change) => {
    const { image, path } = await numbered('changing', 20);
    const read = async (): Promise<void> => {
      for await (const { offset } of imageChunks(image, undefined, PIECES)) {
        if (offset === 5 * CHUNK_BYTES) await change(path);
      }
    };
    await expect(read()).rejects.toThrow(zosiaError('ZOSIA_FILE_CHANGED'));
  });

  it('refuses a file that changes while another one is read', async () => {
    const { path } = await numbered('again', 1);
    const { path: other } = await numbered('other', 1);
    const image = makeImage(
      3 * CHUNK_BYTES,
      [path, other, path].map((of, index) => fileSegment(index * CHUNK_BYTES, of, CHUNK_BYTES)),
    );
    expect(await digestImage(image)).toHaveLength(64);
    const read = async (): Promise<void> => {
      for await (const { offset } of imageChunks(image, undefined, {
        maximumBytes: CHUNK_BYTES / 2,
      })) {
        if (offset === CHUNK_BYTES) await utimes(path, 1, 1);
      }
    };
    await expect(read()).rejects.toThrow(zosiaError('ZOSIA_FILE_CHANGED'));
  });
});

describe('a file source with an expected size and time', () => {
  const uses: [string, (image: Image) => Promise<unknown>][] = [
    ['read', imageBytes],
    ['streamed', digestImage],
  ];

  it.each(uses)('is %s while the file is unchanged', async (_, use) => {
    const { path } = await numbered('as it was', 2);
    expect(await use(await expecting(path))).toBeTruthy();
  });

  const changes: [string, (path: string) => Promise<void>][] = [
    ['time', (path) => utimes(path, 1000, 1000.001)],
    ['larger', (path) => resize(path, 2 * CHUNK_BYTES + 1)],
    ['smaller', (path) => resize(path, 2 * CHUNK_BYTES - 1)],
  ];

  it.each(
    uses.flatMap(([use, run]) => changes.map(([name, change]) => ({ use, run, name, change }))),
  )('is not $use after a change of the file ($name)', async ({ run, change }) => {
    const { path } = await numbered('no longer', 2);
    await utimes(path, 1000, 1000);
    const image = await expecting(path);
    await change(path);
    await expect(run(image)).rejects.toThrow(zosiaError('ZOSIA_FILE_CHANGED'));
  });
});

/** Changes the size and leaves the time as it was. */
async function resize(path: string, sizeBytes: number): Promise<void> {
  await truncate(path, sizeBytes);
  await utimes(path, 1000, 1000);
}

/** An image of a byte from memory and the second chunk of a file, as the file is now. */
async function expecting(path: string): Promise<Image> {
  const expect = await readStamp(path);
  const source = { kind: 'file', path, offset: CHUNK_BYTES, expect } as const;
  const inner = makeImage(CHUNK_BYTES, [{ offset: 0, length: CHUNK_BYTES / 2, source }]);
  return makeImage(CHUNK_BYTES, [
    bytesSegment(0, Uint8Array.of(1)),
    { offset: 1, length: 10, source: { kind: 'image', image: inner, offset: 5 } },
  ]);
}
