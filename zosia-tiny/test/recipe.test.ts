import { describe, expect, it } from 'vitest';
import { ZOSIA_TINY, rateAt, sharesSteps } from '../src/recipe.js';

const RECIPE = { ...ZOSIA_TINY, warmupSteps: 10, decaySteps: 20, stepCount: 100, peakRate: 1 };

describe('the learning rate', () => {
  it('rises, stays and falls, with the same start for any number of steps', () => {
    expect([1, 5, 10, 11, 80].map((step) => rateAt(RECIPE, step))).toEqual([0.1, 0.5, 1, 1, 1]);
    expect(rateAt(RECIPE, 81)).toBeLessThan(1);
    expect(rateAt(RECIPE, 100)).toBeCloseTo(1 / 21, 10);
    expect(rateAt({ ...RECIPE, stepCount: 200 }, 80)).toBe(rateAt(RECIPE, 80));
  });

  it('is the same for runs of different lengths until one of them begins to fall', () => {
    const longer = { ...RECIPE, stepCount: 150 };
    const shared = (count: number): boolean[] => [
      sharesSteps(RECIPE, longer, count),
      sharesSteps(longer, RECIPE, count),
      sharesSteps(RECIPE, RECIPE, count),
    ];
    expect(shared(0)).toEqual([true, true, true]);
    expect(shared(80)).toEqual([true, true, true]);
    expect(shared(81)).toEqual([false, false, true]);
    expect(shared(100)).toEqual([false, false, true]);
    expect(shared(101)).toEqual([false, false, false]);
  });
});
