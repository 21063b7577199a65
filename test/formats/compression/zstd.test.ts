import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinChunks } from '../../../src/formats/compression/limits.js';
import { unzstd } from '../../../src/formats/compression/zstd.js';
import { accessBytes } from '../../../src/image/random-access.js';
import { collect } from '../../support/async.js';
import { zosiaError } from '../../support/errors.js';
import { PLAIN, ZSTD, ZSTD_STREAMED } from './samples.js';

const whole = async (bytes: Uint8Array, maxBytes = 2 * PLAIN.length): Promise<Uint8Array> =>
  joinChunks(await collect(unzstd(accessBytes(bytes), { maxBytes })));

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
  ])('unpacks a frame %s', async (_, bytes) => {
    expect(await whole(bytes)).toEqual(PLAIN);
  });

  it('unpacks consecutive frames and ignores skippable ones', async () => {
    const skippable = Uint8Array.of(0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3);
    expect(await whole(Buffer.concat([ZSTD, skippable, ZSTD_STREAMED]))).toHaveLength(
      2 * PLAIN.length,
    );
  });

  it('unpacks run-length blocks', async () => {
    expect(await whole(frame(0, [...run(5, false), ...run(3, true)]))).toEqual(
      new TextEncoder().encode('r'.repeat(8)),
    );
  });

  it('accepts contents of maxBytes and rejects one byte more', async () => {
    expect(await whole(ZSTD, PLAIN.length)).toEqual(PLAIN);
    await expect(whole(ZSTD, PLAIN.length - 1)).rejects.toThrow(
      zosiaError('ZOSIA_DECOMPRESSED_TOO_LARGE'),
    );
  });

  // Exponent 17 is 2^27: 128 MiB; one eighth more is too much.
  it('accepts a window of 128 MiB and rejects a larger one', async () => {
    expect(await whole(frame(17 << 3, run(5, true)))).toHaveLength(5);
    await expect(whole(frame((17 << 3) | 1, run(5, true)))).rejects.toThrow(
      zosiaError('ZOSIA_ZSTD_CORRUPT'),
    );
    await expect(whole(frame(31 << 3, run(5, true)))).rejects.toThrow(
      zosiaError('ZOSIA_ZSTD_CORRUPT'),
    );
  });

  it('rejects so many small blocks that they would take hours to unpack', async () => {
    const blocks = Array.from({ length: 100_000 }, () => run(1, false)).flat();
    await expect(whole(frame(17 << 3, [...blocks, ...run(1, true)]), 2 ** 30)).rejects.toThrow(
      zosiaError('ZOSIA_ZSTD_CORRUPT'),
    );
  });

  it.each<[string, Uint8Array]>([
    ['empty input', new Uint8Array(0)],
    ['text', PLAIN],
    ['bytes after the frame', Buffer.concat([ZSTD, Buffer.from('garbage')])],
    ['a block of a reserved type', frame(0, [0x07, 0, 0])],
  ])('refuses %s', async (_, bytes) => {
    await expect(whole(bytes)).rejects.toThrow(zosiaError('ZOSIA_ZSTD_CORRUPT'));
  });

  it('refuses contents that differ from their checksum', async () => {
    // A literal of the first block: what is unpacked is as long as before.
    const damaged = Buffer.from(ZSTD);
    damaged[damaged.indexOf('zosia')]! ^= 1;
    await expect(whole(damaged)).rejects.toThrow(/checksum/);
  });

  it('refuses data that is cut anywhere', async () => {
    for (let length = 0; length < ZSTD.length; length++) {
      await expect(whole(ZSTD.subarray(0, length)), `${length} bytes`).rejects.toThrow(
        zosiaError('ZOSIA_ZSTD_CORRUPT'),
      );
    }
  });

  it('unpacks a frame with a changed byte or throws a ZosiaError', async () => {
    const place = fc.nat(ZSTD.length - 1);
    await fc.assert(
      fc.asyncProperty(place, fc.nat(255), fc.boolean(), async (offset, value, streamed) => {
        const damaged = (streamed ? ZSTD_STREAMED : ZSTD).slice();
        damaged[offset] = value;
        const outcome = await whole(damaged).catch((error: unknown) => error);
        if (outcome instanceof Error) expect(outcome).toMatchObject({ name: 'ZosiaError' });
      }),
      { numRuns: 2000 },
    );
  });
});
