import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundMap } from '../../../src/inspect/map/bound.js';
import { tile } from '../../../src/inspect/map/range.js';
import type { MapRange } from '../../../src/inspect/map/range.js';
import { allRanges, expectTiled } from './tiling.js';

/** A file system with files of these lengths, and a superblock before them. */
function volume(lengths: readonly number[]): MapRange {
  const files = lengths.map((length, i): MapRange => {
    const offset = 10 + lengths.slice(0, i).reduce((sum, each) => sum + each, 0);
    return { offset, length, kind: 'file', what: 'file', name: `/${i}` };
  });
  const structure = { offset: 0, length: 10, kind: 'structure', what: 'superblock' } as const;
  const length = lengths.reduce((sum, each) => sum + each, 10);
  const children = tile([structure, ...files], length, { kind: 'free', what: 'free' });
  return { offset: 0, length, kind: 'container', what: 'volume', children };
}

describe('boundMap', () => {
  it('returns a map that is small enough unchanged', () => {
    const map = volume([5, 6, 7]);
    expect(boundMap(map, 10_000)).toEqual({ range: map, rangeCount: 5, leftOutCount: 0 });
  });

  it('keeps structures and the largest files, and merges the files between them', () => {
    const map = volume([100, 1, 2, 300, 3, 4, 5, 200]);
    const { range, leftOutCount } = boundMap(map, 340);
    expectTiled(range);
    expect(range.children?.map(({ what, name }) => name ?? what)).toEqual([
      'superblock',
      '3 smaller ranges',
      '/3',
      '3 smaller ranges',
      '/7',
    ]);
    expect(leftOutCount).toBe(6);
  });

  it('covers every byte, counts the ranges it leaves out, and stays within its bound', () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(lengths, fc.integer({ min: 200, max: 8000 }), (some, mostBytes) => {
        const map = volume(some);
        const { range, rangeCount, leftOutCount } = boundMap(map, mostBytes);
        expectTiled(range);
        const kept = allRanges(range).filter(({ kind }) => kind !== 'rest');
        expect(kept.length + leftOutCount).toBe(rangeCount);
        expect(allRanges(range).length * 40).toBeLessThanOrEqual(mostBytes);
      }),
    );
  });
});
