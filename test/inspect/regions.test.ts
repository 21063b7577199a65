import { describe, expect, it } from 'vitest';
import { completeMap } from '../../src/inspect/regions.js';
import type { Region } from '../../src/inspect/regions.js';

describe('completeMap', () => {
  it('joins adjacent regions of the same kind and path, and fills gaps', () => {
    const a = (offset: number, length: number, path?: string): Region => ({
      offset,
      length,
      what: 'a',
      ...(path === undefined ? {} : { path }),
    });
    expect(completeMap([a(20, 5), a(10, 10), a(25, 5, '/x'), a(40, 1)], 50, 'free')).toEqual([
      { offset: 0, length: 10, what: 'free' },
      a(10, 15),
      a(25, 5, '/x'),
      { offset: 30, length: 10, what: 'free' },
      a(40, 1),
      { offset: 41, length: 9, what: 'free' },
    ]);
  });

  it('keeps regions that overlap', () => {
    const regions = [
      { offset: 0, length: 30, what: 'a' },
      { offset: 10, length: 5, what: 'b' },
    ];
    expect(completeMap(regions, 30, 'free')).toEqual(regions);
  });
});
