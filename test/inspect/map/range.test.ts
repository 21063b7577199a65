import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cut, nest, tile } from '../../../src/inspect/map/range.js';
import type { MapRange } from '../../../src/inspect/map/range.js';
import { expectTiled, outline } from './tiling.js';

const SIZE = 1000;
const GAP = { kind: 'free', what: 'gap' } as const;

const file = (offset: number, length: number, name: string): MapRange => ({
  offset,
  length,
  kind: 'file',
  what: 'file',
  name,
});

/** Ranges anywhere, overlapping and beyond the end. */
const anyRanges = fc
  .array(fc.tuple(fc.nat(SIZE + 100), fc.integer({ min: 1, max: 300 })), { maxLength: 30 })
  .map((places) => places.map(([offset, length], i) => file(offset, length, `/${i}`)));

const whole = (children: readonly MapRange[]): MapRange => ({
  offset: 0,
  length: SIZE,
  kind: 'container',
  what: 'all',
  children,
});

describe('tile', () => {
  it('fills gaps, cuts overlaps, and drops what lies outside', () => {
    const ranges = [file(10, 20, '/a'), file(20, 20, '/b'), file(22, 5, '/c'), file(95, 20, '/d')];
    expect(outline(whole(tile(ranges, 100, GAP))).slice(1)).toEqual([
      '  gap 0+10',
      '  file /a 10+20',
      '  file /b 30+10',
      '  gap 40+55',
      '  file /d 95+5',
    ]);
  });

  it('covers every byte once, for any ranges', () => {
    fc.assert(
      fc.property(anyRanges, (ranges) => {
        expectTiled(whole(tile(ranges, SIZE, GAP)));
      }),
    );
  });

  it('assigns a byte in only one range to it, and a byte in none to a gap', () => {
    fc.assert(
      fc.property(anyRanges, fc.nat(SIZE - 1), (ranges, byte) => {
        const holds = ({ offset, length }: MapRange): boolean =>
          offset <= byte && byte < offset + length;
        const claims = ranges.filter(holds);
        const found = tile(ranges, SIZE, GAP).find(holds)!;
        if (claims.length === 1) expect(found.name).toBe(claims[0]!.name);
        if (claims.length === 0) expect(found.what).toBe('gap');
      }),
    );
  });
});

describe('cut', () => {
  it('cuts the children of a range, and adjusts its offset in the host file', () => {
    const range: MapRange = {
      offset: 100,
      length: 60,
      kind: 'file',
      what: 'file',
      from: 7,
      children: [file(0, 20, '/x'), file(20, 40, '/y')],
    };
    expect(cut(range, 110, 130)).toEqual({
      offset: 110,
      length: 20,
      kind: 'file',
      what: 'file',
      from: 17,
      children: [file(0, 10, '/x'), file(10, 10, '/y')],
    });
    expect(cut(range, 0, 100)).toBeUndefined();
  });

  it('drops the contents of a packed range that is cut', () => {
    const packed: MapRange = {
      offset: 0,
      length: 10,
      kind: 'container',
      what: 'packed',
      unpackedBytes: 50,
      children: [file(0, 50, '/x')],
    };
    expect(cut(packed, 0, 5)?.children).toBeUndefined();
    expect(cut(packed, 0, 10)).toBe(packed);
  });
});

describe('nest', () => {
  it('cuts ranges at the borders of containers, and covers each container exactly', () => {
    fc.assert(
      fc.property(
        anyRanges,
        fc.uniqueArray(fc.integer({ min: 1, max: SIZE - 1 })),
        (ranges, at) => {
          const borders = [0, ...at.sort((a, b) => a - b), SIZE];
          const containers = borders.slice(1).map((end, i): MapRange => {
            const offset = borders[i]!;
            return { offset, length: end - offset, kind: 'container', what: `group ${i}` };
          });
          expectTiled(whole(nest(tile(ranges, SIZE, GAP), containers)));
        },
      ),
    );
  });
});
