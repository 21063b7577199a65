import { describe, expect, it } from 'vitest';
import { joinChunks } from '../../../src/formats/compression/limits.js';
import { accessBytes } from '../../../src/image/random-access.js';
import { unxz } from '../../../src/formats/compression/xz.js';
import { collect } from '../../support/async.js';
import { zosiaError } from '../../support/errors.js';
import {
  LONG_BYTES,
  PLAIN,
  XZ_LONG,
  XZ,
  XZ_CRC32,
  XZ_LARGE_DICTIONARY,
  XZ_SHA256,
} from './samples.js';

/** The first byte of LZMA's range coder, which every decoder reads and none uses. */
const UNUSED_BYTE = 30;

const whole = async (bytes: Uint8Array, maxBytes = PLAIN.length): Promise<Uint8Array> =>
  joinChunks(await collect(unxz(accessBytes(bytes), { maxBytes })));

describe('unxz', () => {
  it.each([
    ['CRC64', XZ],
    ['CRC32', XZ_CRC32],
  ])('unpacks data checked with %s', async (_, bytes) => {
    expect(await whole(bytes)).toEqual(PLAIN);
  });

  it('refuses a byte more than the limit', async () => {
    await expect(whole(XZ, PLAIN.length - 1)).rejects.toThrow(
      zosiaError('ZOSIA_DECOMPRESSED_TOO_LARGE'),
    );
  });

  it.each<[string, Uint8Array]>([
    ['empty input', new Uint8Array(0)],
    ['text', PLAIN],
    ['an unsupported check', XZ_SHA256],
    ['a dictionary of 1 GiB', XZ_LARGE_DICTIONARY],
    ['bytes after the stream', Buffer.concat([XZ, Buffer.from('garbage!')])],
  ])('refuses %s', async (_, bytes) => {
    await expect(whole(bytes)).rejects.toThrow(zosiaError('ZOSIA_XZ_CORRUPT'));
  });

  it('refuses data that is cut anywhere', async () => {
    for (let length = 0; length < XZ.length; length++) {
      await expect(whole(XZ.subarray(0, length)), `${length} bytes`).rejects.toThrow(
        zosiaError('ZOSIA_XZ_CORRUPT'),
      );
    }
  });

  it('refuses a flipped bit anywhere', async () => {
    for (let offset = 0; offset < XZ.length; offset++) {
      if (offset === UNUSED_BYTE) continue;
      const damaged = XZ.slice();
      damaged[offset]! ^= 0x10;
      await expect(whole(damaged), `byte ${offset}`).rejects.toThrow(
        zosiaError('ZOSIA_XZ_CORRUPT'),
      );
    }
  });

  it('unpacks several streams at a time, and after one that was abandoned', async () => {
    const both = await Promise.all([whole(XZ), whole(XZ_CRC32), whole(XZ)]);
    expect(both).toEqual([PLAIN, PLAIN, PLAIN]);
    for await (const chunk of unxz(accessBytes(XZ_LONG), { maxBytes: LONG_BYTES })) {
      expect(chunk.length).toBeLessThan(LONG_BYTES);
      break;
    }
    expect(await whole(XZ_LONG, LONG_BYTES)).toHaveLength(LONG_BYTES);
  });
});
