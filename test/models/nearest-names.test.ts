import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editDistance, nearestNames } from '../../src/models/nearest-names.js';

const NAMES = ['phi-3.5-mini', 'gpt-oss-20b', 'qwen3-0.6b', 'qwen3-1.7b', 'qwen3-4b', 'stories15M'];

describe('the nearest names', () => {
  it.each([
    ['phi-3.5-min', 'phi-3.5-mini'],
    ['phi3.5-mini', 'phi-3.5-mini'],
    ['Phi-3.5-mini', 'phi-3.5-mini'],
    ['gpt-sos-20b', 'gpt-oss-20b'],
    ['stories15m', 'stories15M'],
    ['gpt', 'gpt-oss-20b'],
  ])('are those that %s may have been meant for', (typed, meant) => {
    expect(nearestNames(typed, NAMES)[0]).toBe(meant);
  });

  it('are none for what is like nothing', () => {
    expect(nearestNames('mistral-large', NAMES)).toEqual([]);
    expect(nearestNames('x'.repeat(100_000), NAMES)).toEqual([]);
  });

  it('are each told once', () => {
    expect(nearestNames('phi-3.5-min', [...NAMES, ...NAMES])).toEqual(['phi-3.5-mini']);
  });

  it('count exchanged neighbours as one mistake', () => {
    expect(editDistance('abcd', 'abdc')).toBe(1);
    expect(editDistance('abcd', 'badc')).toBe(2);
    expect(editDistance('kitten', 'sitting')).toBe(3);
    expect(editDistance('', 'abc')).toBe(3);
  });

  it('are at the same distance from either side, and no further than the longer is long', () => {
    const text = fc.stringMatching(/^[ab-]{0,8}$/);
    fc.assert(
      fc.property(text, text, (a, b) => {
        const distance = editDistance(a, b);
        expect(distance).toBe(editDistance(b, a));
        expect(distance === 0).toBe(a === b);
        expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length));
      }),
    );
  });
});
