import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatTick,
  formatTimeTick,
  linearScale,
  niceTicks,
  timeTicks,
} from '../../../src/perf/report/scale.js';

describe('linearScale', () => {
  it('maps the range between two values, and a single value to the middle', () => {
    expect([0, 5, 10].map(linearScale([0, 10], [100, 0]))).toEqual([100, 50, 0]);
    expect(linearScale([3, 3], [0, 80])(3)).toBe(40);
  });
});

describe('round marks of an axis', () => {
  it.each([
    [0, 25.5, 6, [0, 5, 10, 15, 20, 25, 30]],
    [11.5, 25.5, 7, [10, 12, 14, 16, 18, 20, 22, 24, 26]],
    [11, 27, 7, [10, 12.5, 15, 17.5, 20, 22.5, 25, 27.5]],
    [0, 0.03, 3, [0, 0.01, 0.02, 0.03]],
    [5, 5, 5, [5, 6]],
  ])('cover the range from %d to %d, with %d marks requested: %j', (min, max, count, values) => {
    expect(niceTicks(min, max, count).values).toEqual(values);
  });

  const rate = fc.double({ min: 1e-3, max: 1e6, noNaN: true });

  it('enclose all values, in even steps, and number at most two more than requested', () => {
    fc.assert(
      fc.property(rate, rate, fc.integer({ min: 2, max: 10 }), (one, other, count) => {
        const [min, max] = [Math.min(one, other), Math.max(one, other)];
        fc.pre(max - min > 1e-6 * max || min === max);
        const { domain, values, step } = niceTicks(min, max, count);
        expect(domain[0]).toBeLessThanOrEqual(min);
        expect(domain[1]).toBeGreaterThanOrEqual(max);
        expect(domain[1]).toBeGreaterThan(domain[0]);
        expect(values.length).toBeLessThanOrEqual(count + 2);
        const texts = values.map((value) => formatTick(value, step));
        expect(new Set(texts).size).toBe(values.length);
        for (const [index, text] of texts.entries()) expect(Number(text)).toBe(values[index]);
      }),
    );
  });

  it.each([
    [5, 5, '5'],
    [12.5, 2.5, '12.5'],
    [0.2, 0.1, '0.2'],
    [0.25, 0.25, '0.25'],
    [1000, 500, '1000'],
  ])('print %d in steps of %d as %s', (value, step, text) => {
    expect(formatTick(value, step)).toBe(text);
  });
});

describe('the marks of a time axis', () => {
  const start = Date.UTC(2026, 6, 31, 23, 40);

  it('are round in UTC, with the day', () => {
    const { values, step } = timeTicks(start, start + 40 * 60_000, 4);
    expect(values.map((value) => formatTimeTick(value, step))).toEqual([
      { day: '2026-07-31', time: '23:45' },
      { day: '2026-08-01', time: '00:00' },
      { day: '2026-08-01', time: '00:15' },
    ]);
  });

  it('show seconds, or days only, according to the step', () => {
    const short = timeTicks(start, start + 20_000, 4);
    expect(formatTimeTick(short.values[1]!, short.step).time).toBe('23:40:05');
    const long = timeTicks(start, start + 6 * 86_400_000, 6);
    expect(formatTimeTick(long.values[0]!, long.step)).toEqual({ day: '2026-08-01', time: '' });
  });

  it('lie between the ends, and are limited in number, for any range', () => {
    const span = fc.integer({ min: 0, max: 20 * 365 * 86_400_000 });
    fc.assert(
      fc.property(span, fc.integer({ min: 2, max: 10 }), (milliseconds, count) => {
        const { values } = timeTicks(start, start + milliseconds, count);
        expect(values.length).toBeLessThanOrEqual(count + 1);
        for (const value of values) {
          expect(value).toBeGreaterThanOrEqual(start);
          expect(value).toBeLessThanOrEqual(start + milliseconds);
        }
      }),
    );
  });
});
