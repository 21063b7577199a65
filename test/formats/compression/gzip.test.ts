import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decompressWhole } from '../../../src/formats/compression/decompress.js';
import type { DecompressionLimits } from '../../../src/formats/compression/limits.js';
import { gzip } from '../../../src/formats/compression/gzip.js';
import { sha256 } from '../../../src/image/sha256.js';
import { imageBytes } from '../../../src/host/chunks.js';
import { bytesSegment, makeImage } from '../../../src/image/image.js';
import { zosiaError } from '../../support/errors.js';

const MEBIBYTE = 2 ** 20;
const limits = { maxBytes: 8 * MEBIBYTE };
const gunzip = (packed: Uint8Array, most: DecompressionLimits): Promise<Uint8Array> =>
  decompressWhole('gzip', packed, most);
const text = new TextEncoder().encode('the quick brown fox '.repeat(5000));

describe('gzip', () => {
  it('writes a header without time, name and host', async () => {
    const header = (await gzip(text)).subarray(0, 10);
    expect(Array.from(header)).toEqual([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
  });

  it('writes the recorded bytes', async () => {
    expect(sha256(await gzip(text))).toBe(
      'd890eaf0102eb51d489f4390cc908873edc76c2f1b1e990115f48a925c9b9858',
    );
    expect(sha256(await gzip(text, { level: 9 }))).toBe(
      '789fa05daf0bc1896146a8310385cd75fa3343edb89b569ca7c72345da3a3411',
    );
  });

  it('writes data that zlib and decompressWhole unpack to the input', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 3000, size: 'max' }),
        fc.constantFrom(1, 6, 9),
        async (bytes, level) => {
          const packed = await gzip(bytes, { level });
          expect(new Uint8Array(gunzipSync(packed))).toEqual(bytes);
          expect(await gunzip(packed, limits)).toEqual(bytes);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('packs an image with gaps to the same data as its bytes', async () => {
    const sizeBytes = 3 * MEBIBYTE + 17;
    const image = makeImage(sizeBytes, [bytesSegment(5, text), bytesSegment(2 * MEBIBYTE, text)]);
    const bytes = new Uint8Array(sizeBytes);
    bytes.set(text, 5);
    bytes.set(text, 2 * MEBIBYTE);
    const packed = await gzip(imageBytes(image));
    expect(Buffer.compare(gunzipSync(packed), bytes)).toBe(0);
    expect(sha256(packed)).toBe(sha256(await gzip(bytes)));
  });

  it('packs empty input', async () => {
    expect(await gunzip(await gzip(new Uint8Array(0)), limits)).toEqual(new Uint8Array(0));
  });
});

describe('gunzip', () => {
  it('unpacks consecutive members with zeros after them', async () => {
    const joined = Buffer.concat([
      gzipSync('one, '),
      gzipSync(''),
      gzipSync('two'),
      Buffer.alloc(9),
    ]);
    expect(new TextDecoder().decode(await gunzip(joined, limits))).toBe('one, two');
  });

  it('accepts contents of maxBytes and rejects one byte more', async () => {
    const packed = gzipSync(new Uint8Array(5 * MEBIBYTE));
    expect(await gunzip(packed, { maxBytes: 5 * MEBIBYTE })).toHaveLength(5 * MEBIBYTE);
    await expect(gunzip(packed, { maxBytes: 5 * MEBIBYTE - 1 })).rejects.toThrow(
      zosiaError('ZOSIA_DECOMPRESSED_TOO_LARGE'),
    );
  });

  it.each<[string, () => Uint8Array]>([
    ['empty input', () => new Uint8Array(0)],
    ['text', () => text],
    ['bytes after the last member', () => Buffer.concat([gzipSync(text), Buffer.from('junk')])],
    ['bytes after zeros', () => Buffer.concat([gzipSync(text), Buffer.from('\0\0junk')])],
    [
      'a wrong checksum',
      () => {
        const packed = gzipSync(text);
        packed[packed.length - 8]! ^= 1;
        return packed;
      },
    ],
  ])('refuses %s', async (_, bytes) => {
    await expect(gunzip(bytes(), limits)).rejects.toThrow(zosiaError('ZOSIA_GZIP_CORRUPT'));
  });

  it('refuses data that is cut anywhere', async () => {
    const packed = gzipSync('cut anywhere');
    for (let length = 0; length < packed.length; length++) {
      await expect(gunzip(packed.subarray(0, length), limits), `${length} bytes`).rejects.toThrow(
        zosiaError('ZOSIA_GZIP_CORRUPT'),
      );
    }
  });
});
