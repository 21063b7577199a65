import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PageRange } from '../../../src/inspect/page/data.js';
import { MIN_WIDTH, axisTicks, clampView, layOut } from '../../../src/inspect/page/layout.js';
import { findRanges, hostPlaces } from '../../../src/inspect/page/search.js';
import { countText, exactText, shareText, sizeText } from '../../../src/inspect/page/words.js';

/** Adjacent ranges of these lengths. */
function rowOf(lengths: readonly number[], depth = 0): PageRange[] {
  let start = 0;
  return lengths.map((length, id): PageRange => {
    const [offset, end] = [start, start + length];
    start = end;
    return {
      id,
      depth,
      kind: 'file',
      what: 'file',
      name: `/File-${id}`,
      note: '',
      offset,
      length,
      start: offset,
      end,
      packedIn: undefined,
      unpackedBytes: 0,
      from: 1000 + offset,
      parent: undefined,
      children: [],
    };
  });
}

const lengths = fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 100 });

describe('layOut', () => {
  it('gives wide ranges a cell each, and adjacent narrow ranges a cluster', () => {
    const cells = layOut(rowOf([100, 1, 1, 1, 100, 1]), { start: 0, end: 204 }, 204);
    expect(cells.map(({ first, last, isCluster, x }) => [first, last, isCluster, x])).toEqual([
      [0, 0, false, 0],
      [1, 3, true, 100],
      [4, 4, false, 103],
      [5, 5, false, 203],
    ]);
  });

  it('puts every range in view into exactly one cell, in order', () => {
    fc.assert(
      fc.property(
        lengths,
        fc.nat(1000),
        fc.integer({ min: 1, max: 2000 }),
        (some, start, length) => {
          const row = rowOf(some);
          const view = { start, end: start + length };
          const inView = row.filter((range) => range.end > view.start && range.start < view.end);
          const drawn = layOut(row, view, 300).flatMap(({ first, last }) =>
            row.slice(first, last + 1),
          );
          expect(drawn.slice(0, inView.length)).toEqual(inView);
        },
      ),
    );
  });

  it('returns no more cells than fit into the width', () => {
    fc.assert(
      fc.property(lengths, (some) => {
        const row = rowOf(some);
        const width = 60;
        const cells = layOut(row, { start: 0, end: row.at(-1)!.end }, width);
        expect(cells.length).toBeLessThanOrEqual((2 * width) / MIN_WIDTH + 1);
      }),
    );
  });
});

describe('clampView', () => {
  const whole = { start: 0, end: 1000 };

  it('keeps a view within the image, and at least as wide as the minimum', () => {
    expect(clampView({ start: -50, end: 50 }, whole, 8)).toEqual({ start: 0, end: 100 });
    expect(clampView({ start: 990, end: 1090 }, whole, 8)).toEqual({ start: 900, end: 1000 });
    expect(clampView({ start: 500, end: 501 }, whole, 8)).toEqual({ start: 496.5, end: 504.5 });
    expect(clampView({ start: -9, end: 5000 }, whole, 8)).toEqual(whole);
  });
});

describe('axisTicks', () => {
  it('returns multiples of a power of two, at most one more than requested', () => {
    expect(axisTicks({ start: 0, end: 40 << 20 }, 6)).toEqual(
      [0, 8, 16, 24, 32, 40].map((n) => n << 20),
    );
    fc.assert(
      fc.property(fc.nat(2 ** 30), fc.integer({ min: 1, max: 2 ** 30 }), (start, length) => {
        expect(axisTicks({ start, end: start + length }, 8).length).toBeLessThanOrEqual(9);
      }),
    );
  });
});

describe('findRanges', () => {
  const row = rowOf([100, 100, 100]);

  it('finds the ranges that contain all words of a query, in any letter case', () => {
    expect(findRanges(row, ' FILE-1 file')).toEqual([row[1]]);
    expect(findRanges(row, 'file')).toEqual(row);
    expect(findRanges(row, 'other')).toEqual([]);
    expect(findRanges(row, '  ')).toEqual([]);
  });

  it('finds the range that contains an offset, given in decimal or hexadecimal', () => {
    expect(findRanges(row, '199')).toEqual([row[1]]);
    expect(findRanges(row, '0xc8')).toEqual([row[2]]);
  });
});

describe('hostPlaces', () => {
  it('returns which bytes of which host files hold a range, up to a limit', () => {
    const host = rowOf([100, 100, 100], 1);
    expect(hostPlaces(host, 50, 100, 9)).toEqual([
      { path: '/File-0', from: 1050, length: 50 },
      { path: '/File-1', from: 1100, length: 50 },
    ]);
    expect(hostPlaces(host, 0, 300, 2)).toHaveLength(2);
  });
});

describe('numbers as text', () => {
  it('formats sizes in binary units, also with the exact bytes', () => {
    expect(sizeText(1)).toBe('1 byte');
    expect(sizeText(1023)).toBe('1023 bytes');
    expect(sizeText(40 * 2 ** 30)).toBe('40.0 GiB');
    expect(exactText(2048)).toBe('2.0 KiB (2\u202f048 bytes)');
    expect(countText(1234567)).toBe('1\u202f234\u202f567');
  });

  it('does not round a part to 0% or to 100%', () => {
    expect(shareText(1, 1_000_000)).toBe('under 0.01%');
    expect(shareText(999_999, 1_000_000)).toBe('over 99.9%');
    expect(shareText(5, 5)).toBe('100.0%');
  });
});
