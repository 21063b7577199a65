import { describe, expect, it } from 'vitest';
import { decompressWhole, splitCompression } from '../../../src/formats/compression/decompress.js';
import { gzip } from '../../../src/formats/compression/gzip.js';
import { PLAIN, XZ, ZSTD } from './samples.js';

describe('splitCompression', () => {
  it.each([
    ['data.tar.xz', 'data.tar', 'xz'],
    ['a/b.ko.zst', 'a/b.ko', 'zstd'],
    ['x.gz', 'x', 'gzip'],
    ['data.tar', 'data.tar', 'none'],
    ['data.tar.bz2', 'data.tar.bz2', 'none'],
  ])('splits %s into %s and the compression %s', (name, stem, compression) => {
    expect(splitCompression(name)).toEqual({ stem, compression });
  });
});

describe('decompressWhole', () => {
  it('unpacks every compression to the same bytes', async () => {
    const limits = { maxBytes: PLAIN.length };
    expect(await decompressWhole('xz', XZ, limits)).toEqual(PLAIN);
    expect(await decompressWhole('zstd', ZSTD, limits)).toEqual(PLAIN);
    expect(await decompressWhole('gzip', await gzip(PLAIN), limits)).toEqual(PLAIN);
    expect(await decompressWhole('none', PLAIN, limits)).toEqual(PLAIN);
  });
});
