import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batches } from '../../src/image/batches.js';
import type { LeafSegment } from '../../src/image/image.js';

const BLOCK_BYTES = 4096;

/** Leaves of one file with gaps round a block between them. */
const someLeaves = fc
  .array(
    fc.tuple(
      fc.constantFrom(0, 0, 1, BLOCK_BYTES - 1, BLOCK_BYTES, BLOCK_BYTES + 1, 10 ** 9),
      fc.oneof(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 40_000 })),
    ),
    { maxLength: 20 },
  )
  .map((parts) => {
    let end = 0;
    return parts.map(([gap, length], index): LeafSegment => {
      const offset = end + gap;
      end = offset + length;
      return { offset, length, source: { kind: 'file', path: `f${index}`, offset: 7 } };
    });
  });

describe('batches', () => {
  it('cover every byte once, in order, none across a multiple of the maximum or a block-sized gap', () => {
    fc.assert(
      fc.property(someLeaves, fc.integer({ min: 500, max: 20_000 }), (leaves, maximumBytes) => {
        const joined: LeafSegment[] = [];
        let end = -Infinity;
        for (const { offset, length, dataBytes, pieces } of batches(leaves, maximumBytes)) {
          expect(offset).toBeGreaterThanOrEqual(end);
          expect((offset % maximumBytes) + length).toBeLessThanOrEqual(maximumBytes);
          expect(pieces[0]!.offset).toBe(offset);
          end = offset;
          for (const piece of pieces) {
            expect(piece.offset - end).toBeLessThan(BLOCK_BYTES);
            end = piece.offset + piece.length;
          }
          expect(end).toBe(offset + length);
          expect(pieces.reduce((sum, piece) => sum + piece.length, 0)).toBe(dataBytes);
          joined.push(...pieces);
        }
        expect(rejoin(joined)).toEqual(leaves);
      }),
    );
  });

  it('gather neighbours up to the maximum size', () => {
    const leaves = Array.from({ length: 100 }, (_, index): LeafSegment => ({
      offset: index * 100,
      length: 90,
      source: { kind: 'bytes', bytes: new Uint8Array(90) },
    }));
    expect([...batches(leaves, 5000)].map(({ pieces }) => pieces.length)).toEqual([50, 50]);
  });
});

/** Puts together what was split. */
function rejoin(pieces: readonly LeafSegment[]): LeafSegment[] {
  const whole: LeafSegment[] = [];
  for (const piece of pieces) {
    const last = whole.at(-1);
    const { source } = piece;
    if (
      source.kind === 'file' &&
      last?.source.kind === 'file' &&
      last.source.path === source.path
    ) {
      expect(source.offset).toBe(last.source.offset + last.length);
      expect(piece.offset).toBe(last.offset + last.length);
      whole[whole.length - 1] = { ...last, length: last.length + piece.length };
    } else whole.push(piece);
  }
  return whole;
}
