import { describe, expect, it } from 'vitest';
import {
  refusedByKernel,
  unknownToDecoder,
  xzSettings,
} from '../../../src/formats/compression/xz-settings.js';
import { unxzStream } from '../../../src/formats/compression/xz.js';
import { accessBytes } from '../../../src/image/random-access.js';
import { collect } from '../../support/async.js';
import { zosiaError } from '../../support/errors.js';
import { XZ, XZ_CRC32, XZ_SHA256 } from './samples.js';

/** "zosia!\n" by `xz --check=crc32 --x86 --lzma2=dict=1MiB`. */
const XZ_X86 = Buffer.from(
  '/Td6WFoAAAFpIt42AgEEACEBEACLIW9JAQAGem9zaWEhCgAA6JLV8QABGwcS69QXkEKZDQEAAAAAAVla',
  'base64',
);
const LZMA2 = 0x21;

describe('xzSettings', () => {
  it.each<[string, Uint8Array, number, number[], RegExp | undefined, RegExp | undefined]>([
    ['CRC32', XZ_CRC32, 1, [LZMA2], undefined, undefined],
    ['CRC64', XZ, 4, [LZMA2], undefined, /the check CRC64/],
    ['SHA-256', XZ_SHA256, 10, [LZMA2], /the check SHA-256/, /the check SHA-256/],
    ['a filter for x86 code', XZ_X86, 1, [4, LZMA2], /the filter x86/, undefined],
  ])('returns settings and support: %s', async (_, bytes, check, filters, unknown, refused) => {
    const behind = Buffer.concat([Buffer.alloc(3), bytes]);
    const settings = (await xzSettings(accessBytes(behind), 3))!;
    expect(settings).toEqual({ check, filters });
    const told = (reason: string | undefined, wanted: RegExp | undefined): void => {
      if (wanted) expect(reason).toMatch(wanted);
      else expect(reason).toBeUndefined();
    };
    told(unknownToDecoder(settings), unknown);
    told(refusedByKernel(settings), refused);
    const unpacking = collect(unxzStream(accessBytes(behind), 3));
    if (unknown) await expect(unpacking).rejects.toThrow(zosiaError('ZOSIA_XZ_UNSUPPORTED'));
    else await expect(unpacking).resolves.toBeDefined();
  });

  it('returns undefined for truncated headers', async () => {
    for (let length = 0; length < 24; length++) {
      expect(await xzSettings(accessBytes(XZ_X86.subarray(0, length)), 0)).toBeUndefined();
    }
  });
});
