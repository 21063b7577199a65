import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatRate, median, summarise } from '../../src/perf/statistics.js';

describe('a summary', () => {
  it('has the same quartiles as in R, NumPy and spreadsheets', () => {
    expect(summarise([7, 1, 3, 5])).toEqual({
      count: 4,
      min: 1,
      max: 7,
      lowerQuartile: 2.5,
      median: 4,
      upperQuartile: 5.5,
    });
    expect(summarise([4])).toMatchObject({ count: 1, min: 4, median: 4, max: 4 });
    expect(median([9, 1, 2])).toBe(2);
  });

  it('has ordered figures, independent of the order of the values', () => {
    const values = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(values, (rates) => {
        const summary = summarise(rates);
        const { min, lowerQuartile, upperQuartile, max } = summary;
        const order = [min, lowerQuartile, summary.median, upperQuartile, max];
        expect(order.toSorted((a, b) => a - b)).toEqual(order);
        expect(summarise(rates.toReversed())).toEqual(summary);
      }),
    );
  });

  it('throws an error for no values', () => {
    expect(() => summarise([])).toThrow(RangeError);
  });
});

it.each([
  [0.1234, '0.12'],
  [7.426, '7.43'],
  [25.04, '25.0'],
  [263.4, '263'],
  [12345.6, '12346'],
])('prints the rate %d as %s', (rate, text) => {
  expect(formatRate(rate)).toBe(text);
});
