import { describe, expect, it } from 'vitest';
import { Candidates, fastest } from '../../src/perf/candidates.js';
import type { PerfOutcome } from '../../src/perf/outcome.js';
import type { Setting } from '../../src/perf/setting.js';
import { outcomeAt } from './samples.js';

const FAILURE: PerfOutcome = { measured: false, reason: 'no' };
const threads = (count: number, batchThreads?: number): Setting => ({
  threads: count,
  ...(batchThreads === undefined ? {} : { batchThreads }),
  llamaArgs: [],
});

describe('Candidates', () => {
  it('ranks by median, and those that ever failed after those that never did', () => {
    const candidates = new Candidates();
    for (const rate of [10, 30, 11]) candidates.record(threads(1), outcomeAt(rate));
    candidates.record(threads(2), outcomeAt(12));
    candidates.record(threads(3), outcomeAt(99));
    candidates.record(threads(3), FAILURE);
    candidates.record(threads(4), FAILURE);
    const ranked = candidates.ranked().map(({ setting }) => setting.threads);
    expect(ranked).toEqual([2, 1, 3, 4]);
    expect(candidates.size).toBe(4);
  });

  it('has no fastest candidate when all have failed', () => {
    const candidates = new Candidates();
    candidates.record(threads(1), FAILURE);
    expect(fastest(candidates.ranked())).toBeUndefined();
    expect(candidates.representatives()).toEqual([]);
  });

  it('represents candidates of equal speed by the one that reads prompts fastest', () => {
    const candidates = new Candidates();
    candidates.record(threads(2), outcomeAt(20, 50));
    candidates.record(threads(2, 4), outcomeAt(19.5, 90));
    // Reads faster still, but generates slower by more than noise.
    candidates.record(threads(2, 8), outcomeAt(15, 200));
    candidates.record(threads(1), outcomeAt(10, 10));
    expect(candidates.representatives().map(({ setting }) => setting)).toEqual([
      threads(2, 4),
      threads(1),
    ]);
  });
});
