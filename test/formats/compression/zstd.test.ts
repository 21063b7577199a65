import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinChunks } from '../../../src/formats/compression/limits.js';
import { unzstd } from '../../../src/formats/compression/zstd.js';
import { zosiaError } from '../../support/errors.js';
import { PLAIN, ZSTD, ZSTD_STREAMED } from './samples.js';

const whole = (bytes: Uint8Array, maxBytes = 2 * PLAIN.length): Uint8Array =>
  joinChunks([...unzstd(bytes, { maxBytes })]);

const MAGIC = [0x28, 0xb5, 0x2f, 0xfd];

/** A frame with this window descriptor (RFC 8878, 3.1.1.1.2) and these raw bytes between. */
const frame = (windowDescriptor: number, blocks: readonly number[]): Uint8Array =>
  Uint8Array.from([...MAGIC, 0, windowDescriptor, ...blocks]);

/** A run of `length` bytes 'r': last-block bit, type 1, size. */
const run = (length: number, last: boolean): number[] => {
  const header = Number(last) | (1 << 1) | (length << 3);
  return [header & 0xff, (header >> 8) & 0xff, header >> 16, 0x72];
};

describe('unzstd', () => {
  it.each([
    ['with its content size', ZSTD],
    ['written to a pipe', ZSTD_STREAMED],
  ])('unpacks a frame %s', (_, bytes) => {
    expect(whole(bytes)).toEqual(PLAIN);
  });

  it('unpacks frames one after the other, over skippable ones', () => {
    const skippable = Uint8Array.of(0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3);
    expect(whole(Buffer.concat([ZSTD, skippable, ZSTD_STREAMED]))).toHaveLength(2 * PLAIN.length);
  });

  it('unpacks runs', () => {
    expect(whole(frame(0, [...run(5, false), ...run(3, true)]))).toEqual(
      new TextEncoder().encode('r'.repeat(8)),
    );
  });

  it('takes what just fits, and refuses a byte more', () => {
    expect(whole(ZSTD, PLAIN.length)).toEqual(PLAIN);
    expect(() => whole(ZSTD, PLAIN.length - 1)).toThrow(zosiaError('ZOSIA_DECOMPRESSED_TOO_LARGE'));
  });

  // Exponent 17 is 2^27: 128 MiB; one eighth more is too much.
  it('takes a window of 128 MiB and refuses a larger one', () => {
    expect(whole(frame(17 << 3, run(5, true)))).toHaveLength(5);
    expect(() => whole(frame((17 << 3) | 1, run(5, true)))).toThrow(
      zosiaError('ZOSIA_ZSTD_CORRUPT'),
    );
    expect(() => whole(frame(31 << 3, run(5, true)))).toThrow(zosiaError('ZOSIA_ZSTD_CORRUPT'));
  });

  it('refuses blocks so small that they would keep it busy for hours', () => {
    const blocks = Array.from({ length: 100_000 }, () => run(1, false)).flat();
    expect(() => whole(frame(17 << 3, [...blocks, ...run(1, true)]), 2 ** 30)).toThrow(
      zosiaError('ZOSIA_ZSTD_CORRUPT'),
    );
  });

  it.each<[string, Uint8Array]>([
    ['nothing', new Uint8Array(0)],
    ['text', PLAIN],
    ['something behind', Buffer.concat([ZSTD, Buffer.from('garbage')])],
    ['a block of a reserved type', frame(0, [0x07, 0, 0])],
  ])('refuses %s', (_, bytes) => {
    expect(() => whole(bytes)).toThrow(zosiaError('ZOSIA_ZSTD_CORRUPT'));
  });

  it('refuses data cut anywhere', () => {
    for (let length = 0; length < ZSTD.length; length++) {
      expect(() => whole(ZSTD.subarray(0, length)), `${length} bytes`).toThrow(
        zosiaError('ZOSIA_ZSTD_CORRUPT'),
      );
    }
  });

  it('survives any damage', () => {
    fc.assert(
      fc.property(fc.nat(ZSTD.length - 1), fc.nat(255), fc.boolean(), (offset, value, streamed) => {
        const damaged = (streamed ? ZSTD_STREAMED : ZSTD).slice();
        damaged[offset] = value;
        try {
          whole(damaged);
        } catch (error) {
          expect(error).toMatchObject({ name: 'ZosiaError' });
        }
      }),
      { numRuns: 2000 },
    );
  });
});
