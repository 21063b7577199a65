import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HOLE_BYTES, dataRuns } from '../../src/host/data-runs.js';

/** Lengths round every multiple of a block. */
const lengths = fc
  .tuple(fc.nat(3), fc.integer({ min: -2, max: 2 }))
  .map(([blocks, off]) => Math.max(1, blocks * HOLE_BYTES + off));

/** Bytes in stretches of zeros and of something else. */
const stretches = fc
  .array(fc.tuple(lengths, fc.constantFrom(0, 0, 1, 255)), { maxLength: 6 })
  .map((parts) =>
    Buffer.concat(parts.map(([length, value]) => new Uint8Array(length).fill(value))),
  );

const offsets = fc.oneof(fc.nat(2 * HOLE_BYTES), fc.constantFrom(0, 2 ** 45 + 1, 2 ** 45));

describe('dataRuns', () => {
  it('leaves out every block of zeros, and nothing else', () => {
    fc.assert(
      fc.property(stretches, offsets, (bytes, offset) => {
        const kept = new Uint8Array(bytes.length);
        let end = -1;
        for (const run of dataRuns(offset, bytes)) {
          expect(run.bytes.length).toBeGreaterThan(0);
          expect(run.offset).toBeGreaterThan(end);
          end = run.offset + run.bytes.length;
          kept.fill(1, run.offset - offset, end - offset);
          expect(Buffer.compare(run.bytes, bytes.subarray(run.offset - offset, end - offset))).toBe(
            0,
          );
        }
        for (let start = 0; start < bytes.length;) {
          const room = HOLE_BYTES - ((offset + start) % HOLE_BYTES);
          const block = bytes.subarray(start, start + room);
          const isKept = new Set(kept.subarray(start, start + room));
          expect([...isKept]).toEqual([block.some((byte) => byte !== 0) ? 1 : 0]);
          start += block.length;
        }
      }),
      { numRuns: 200 },
    );
  });

  it.each([0, 1, HOLE_BYTES / 2, HOLE_BYTES - 1])('keeps a block with one byte at %i', (at) => {
    const bytes = new Uint8Array(3 * HOLE_BYTES);
    bytes[HOLE_BYTES + at] = 1;
    const runs = [...dataRuns(0, bytes)];
    expect(runs.map(({ offset, bytes: { length } }) => [offset, length])).toEqual([
      [HOLE_BYTES, HOLE_BYTES],
    ]);
  });

  it('reads only the given part of a buffer', () => {
    const whole = new Uint8Array(2 * HOLE_BYTES).fill(1, HOLE_BYTES);
    expect([...dataRuns(0, whole.subarray(0, HOLE_BYTES))]).toEqual([]);
    expect([...dataRuns(0, whole.subarray(HOLE_BYTES))]).toHaveLength(1);
  });
});
