import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeSpeed, estimateSpeed } from '../../src/prepare/speed.js';
import { FACTS, speedWith } from './samples.js';

const { weightBytes } = FACTS;
const subject = { tokenBytes: weightBytes, quantisation: 'Q4_K_M' };
const middle = (estimate: ReturnType<typeof estimateSpeed>): number =>
  (estimate!.lowTokPerS + estimate!.highTokPerS) / 2;

describe('estimateSpeed', () => {
  it('has no figure without history, or with none of about that size', () => {
    expect(estimateSpeed(subject, [])).toBeUndefined();
    const small = speedWith({ tokenBytes: weightBytes / 9 });
    const large = speedWith({ tokenBytes: weightBytes * 9 });
    expect(estimateSpeed(subject, [small, large])).toBeUndefined();
    expect(estimateSpeed({ tokenBytes: 0 }, [speedWith()])).toBeUndefined();
  });

  it('has that of the model itself where it was measured', () => {
    const estimate = estimateSpeed(subject, [speedWith()]);
    expect(estimate).toMatchObject({ models: ['measured'], runs: 1, accel: 'kvm' });
    expect(estimate!.lowTokPerS).toBeCloseTo(9);
    expect(estimate!.highTokPerS).toBeCloseTo(11);
  });

  it('halves it for twice the bytes, and is less sure of it', () => {
    const twice = estimateSpeed({ ...subject, tokenBytes: 2 * weightBytes }, [speedWith()])!;
    expect(middle(twice)).toBeCloseTo(5);
    expect(twice.lowTokPerS).toBeCloseTo(4);
    const other = estimateSpeed({ ...subject, quantisation: 'Q8_0' }, [speedWith()])!;
    expect(other.lowTokPerS).toBeLessThan(9);
  });

  it('is slower for larger models, whatever was measured', () => {
    const sizes = fc.integer({ min: 1e8, max: 2e9 });
    const runs = fc.array(fc.tuple(sizes, fc.double({ min: 0.1, max: 500, noNaN: true })), {
      minLength: 1,
      maxLength: 1,
    });
    fc.assert(
      fc.property(runs, sizes, sizes, (measured, one, other) => {
        const speeds = measured.map(([tokenBytes, tokPerS]) => speedWith({ tokenBytes, tokPerS }));
        const [small, large] = [Math.min(one, other), Math.max(one, other)].map((tokenBytes) =>
          estimateSpeed({ ...subject, tokenBytes }, speeds),
        );
        if (!small || !large) return;
        expect(middle(large)).toBeLessThanOrEqual(middle(small) * (1 + 1e-9));
        expect(large.lowTokPerS).toBeGreaterThan(0);
      }),
    );
  });

  it('takes the fastest setting of a model, by the median of its runs', () => {
    const speeds = [1, 1, 30].map((tokPerS) => speedWith({ tokPerS, setting: '1 thread' }));
    speeds.push(...[12, 11, 10].map((tokPerS) => speedWith({ tokPerS })));
    const estimate = estimateSpeed(subject, speeds);
    expect(middle(estimate)).toBeCloseTo(11);
    expect(estimate).toMatchObject({ runs: 6 });
  });

  it('takes the accelerator and the architecture that were measured last', () => {
    const emulated = speedWith({ accel: 'tcg', tokPerS: 0.5, at: new Date('2026-03-01') });
    const speeds = [speedWith(), emulated, speedWith({ at: new Date('2026-02-01') })];
    expect(estimateSpeed(subject, speeds)).toMatchObject({ accel: 'tcg', runs: 1 });
    expect(middle(estimateSpeed(subject, speeds.toReversed()))).toBeCloseTo(0.5);
  });

  it('spans what several models say', () => {
    const estimate = estimateSpeed(subject, [
      speedWith(),
      speedWith({ model: 'other', tokenBytes: weightBytes / 2, tokPerS: 40 }),
    ])!;
    expect(estimate.models).toEqual(['measured', 'other']);
    expect(estimate.lowTokPerS).toBeCloseTo(9);
    expect(estimate.highTokPerS).toBeCloseTo(24);
  });

  it('is told with two digits', () => {
    const estimate = estimateSpeed(subject, [speedWith({ tokPerS: 123.456 })])!;
    expect(describeSpeed(estimate)).toBe('about 110 to 140 tokens/s');
    expect(describeSpeed({ ...estimate, lowTokPerS: 0.512, highTokPerS: 0.513 })).toBe(
      'about 0.51 tokens/s',
    );
  });
});
