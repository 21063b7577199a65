import { readFile, rm, truncate, writeFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contiguousChunks, imageChunks } from '../../src/host/chunks.js';
import { digestFile, digestImage } from '../../src/host/digest.js';
import { sha256 } from '../../src/image/sha256.js';
import { openPlan } from '../../src/host/image-reader.js';
import { bytesSegment, makeImage } from '../../src/image/image.js';
import type { Image, Segment } from '../../src/image/image.js';
import { accessBytes } from '../../src/image/random-access.js';
import { writeRaw } from '../../src/host/raw-writer.js';
import { zosiaError } from '../support/errors.js';
import { imageBytes } from '../support/images.js';
import { temporaryFolder } from '../support/temporary.js';

const folder = temporaryFolder();

/** A source file whose every byte tells its offset apart from its neighbours'. */
const SOURCE = Uint8Array.from({ length: 5000 }, (_, index) => (index * 7 + (index >> 8)) & 0xff);

async function sourceFile(): Promise<string> {
  const path = folder.file('source.bin');
  await writeFile(path, SOURCE);
  return path;
}

/** An image and the bytes it must have, built side by side. */
interface Expected {
  readonly image: Image;
  readonly bytes: Uint8Array;
}

/** Images of bytes, file ranges, gaps, and windows of such images, nested to any depth. */
function images(path: string): fc.Arbitrary<Expected> {
  const leaf = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 300 }).map((bytes) => ({
      source: { kind: 'bytes', bytes } as const,
      bytes,
    })),
    fc.tuple(fc.nat(4000), fc.integer({ min: 1, max: 1000 })).map(([offset, length]) => ({
      source: { kind: 'file', path, offset } as const,
      bytes: SOURCE.slice(offset, offset + length),
    })),
    fc.tuple(fc.nat(4000), fc.integer({ min: 1, max: 1000 })).map(([offset, length]) => ({
      source: { kind: 'access', access: accessBytes(SOURCE), offset } as const,
      bytes: SOURCE.slice(offset, offset + length),
    })),
  );
  return fc.letrec<{ image: Expected; piece: { source: Segment['source']; bytes: Uint8Array } }>(
    (tie) => ({
      piece: fc.oneof(
        { depthSize: 'small' },
        leaf,
        fc.tuple(tie('image'), fc.nat(100), fc.integer({ min: 1, max: 400 })).map((parts) => {
          const [{ image, bytes }, offset, length] = parts;
          const window = new Uint8Array(length);
          window.set(bytes.slice(offset, offset + length));
          return { source: { kind: 'image', image, offset } as const, bytes: window };
        }),
      ),
      image: fc
        .tuple(fc.array(fc.tuple(fc.nat(200), tie('piece')), { maxLength: 5 }), fc.nat(200))
        .map(([parts, tail]) => {
          const segments: Segment[] = [];
          const joined: number[] = [];
          for (const [gap, { source, bytes }] of parts) {
            joined.push(...new Uint8Array(gap));
            segments.push({ offset: joined.length, length: bytes.length, source });
            joined.push(...bytes);
          }
          joined.push(...new Uint8Array(tail));
          return {
            image: makeImage(joined.length, segments),
            bytes: Uint8Array.from(joined),
          };
        }),
    }),
  ).image;
}

describe('an image of nested sources', () => {
  it('is read, hashed, streamed and written as the same bytes', async () => {
    const path = await sourceFile();
    const target = folder.file('written.img');
    await fc.assert(
      fc.asyncProperty(images(path), fc.nat(1 << 20), fc.nat(1 << 20), async (made, a, b) => {
        const { image, bytes } = made;
        const [start, end] = [a % (bytes.length + 1), b % (bytes.length + 1)].sort((x, y) => x - y);
        const access = openPlan(image);
        try {
          expect(await access.read(start!, end! - start!)).toEqual(bytes.slice(start, end));
          expect(await access.read(0, bytes.length)).toEqual(bytes);
        } finally {
          await access.close();
        }
        expect(await digestImage(image)).toBe(sha256(bytes));

        const streamed: number[] = [];
        for await (const chunk of contiguousChunks(image)) {
          expect(chunk.offset).toBe(streamed.length);
          streamed.push(...chunk.bytes);
        }
        expect(Uint8Array.from(streamed)).toEqual(bytes);

        await writeRaw(image, target);
        expect(new Uint8Array(await readFile(target))).toEqual(bytes);
        expect(await digestFile(target, bytes.length)).toBe(sha256(bytes));
      }),
      { numRuns: 150 },
    );
  });
});

describe('openPlan', () => {
  it('refuses ranges outside of the image', async () => {
    const access = openPlan(makeImage(10, []));
    await expect(access.read(5, 6)).rejects.toThrow(RangeError);
    await expect(access.read(-1, 2)).rejects.toThrow(RangeError);
    expect(await access.read(10, 0)).toEqual(new Uint8Array(0));
  });

  it('reads from the right one of many segments', async () => {
    const segments = Array.from({ length: 1000 }, (_, index) =>
      bytesSegment(index * 3, Uint8Array.of(index & 0xff, index >> 8)),
    );
    const access = openPlan(makeImage(3000, segments));
    for (const index of [0, 1, 499, 500, 998, 999]) {
      expect(await access.read(index * 3, 3)).toEqual(Uint8Array.of(index & 0xff, index >> 8, 0));
    }
  });

  it.each([
    ['read', (image: Image) => imageBytes(image)],
    ['hashed', (image: Image) => digestImage(image)],
  ])('reports a file that changed or was deleted before it is %s', async (_, use) => {
    const path = await sourceFile();
    const source = { kind: 'file', path, offset: 4000 } as const;
    const image = makeImage(1000, [{ offset: 0, length: 1000, source }]);
    await truncate(path, 4500);
    await expect(use(image)).rejects.toThrow(zosiaError('ZOSIA_FILE_CHANGED'));
    await rm(path);
    await expect(use(image)).rejects.toThrow(zosiaError('ZOSIA_FILE_NOT_FOUND'));
  });
});

describe('imageChunks', () => {
  it('splits bytes in memory into chunks of at most 1 MiB', async () => {
    const bytes = new Uint8Array(2.5 * 2 ** 20).map((_, index) => index >> 16);
    const lengths: number[] = [];
    for await (const chunk of imageChunks(makeImage(bytes.length, [bytesSegment(0, bytes)]))) {
      expect(chunk.bytes[0]).toBe(bytes[chunk.offset]);
      lengths.push(chunk.bytes.length);
    }
    expect(lengths).toEqual([2 ** 20, 2 ** 20, 2 ** 19]);
  });

  it('rejects a folder in the place of a source file', async () => {
    const source = { kind: 'file', path: folder.path, offset: 0 } as const;
    const image = makeImage(1, [{ offset: 0, length: 1, source }]);
    await expect(digestImage(image)).rejects.toThrow(zosiaError('ZOSIA_FILE_NOT_FOUND'));
  });

  it('stops when cancelled, even within a long gap', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(digestImage(makeImage(2 ** 40, []), signal)).rejects.toThrow('enough');
  });
});
