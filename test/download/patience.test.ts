import { describe, expect, it } from 'vitest';
import { Patience } from '../../src/download/patience.js';
import type { PatienceLimits, PatienceOptions, Quiet } from '../../src/download/patience.js';
import { RequestFailure } from '../../src/download/request-failure.js';
import { leapingClock } from '../support/leaping-clock.js';

const HOST = 'files.test';

/** Pauses of 1, 2, 4, 8 ... ms. */
const DOUBLING: PatienceLimits = { firstRetryDelayMs: 1, random: () => 1 };

const limited = (retryAfterMs?: number): RequestFailure =>
  new RequestFailure('busy', { isTransient: true, isLimit: true, retryAfterMs });

/** Fails again and again, until there is to be no other try. */
async function tries(
  limits: PatienceLimits,
  failure: RequestFailure,
  options: PatienceOptions = {},
  quiet = new Map<string, Quiet>(),
): Promise<{ readonly count: number; readonly error: unknown }> {
  const patience = new Patience(HOST, quiet, limits, options);
  for (let count = 1; ; count++) {
    await patience.ready();
    try {
      await patience.pauseAfter(failure);
    } catch (error) {
      return { count, error };
    }
  }
}

describe('Patience', () => {
  it.each([
    ['on time', 0],
    ['early', 0.75],
  ])('gives what limits rates the time it has, by timers that are %s', async (_, earlyMs) => {
    const clock = leapingClock(earlyMs);
    const failure = limited();
    const waits: number[] = [];
    const { count, error } = await tries({ ...DOUBLING, patienceMs: 7, clock }, failure, {
      onWait: (__, pauseMs) => waits.push(pauseMs),
    });
    expect(error).toBe(failure);
    expect(count).toBe(4);
    expect(waits).toEqual([1, 2, 4]);
    // What is left of a pause that ended early is waited for, too.
    expect(clock.pauses.reduce((sum, pauseMs) => sum + pauseMs)).toBe(7 + 3 * earlyMs);
  });

  it('says when to come back only where the server has said so', async () => {
    const patienceMs = 1000;
    const asked = limited(600);
    const { count, error } = await tries({ ...DOUBLING, patienceMs, clock: leapingClock() }, asked);
    expect(count).toBe(2);
    expect(error).toMatchObject({ hint: 'Run the same command again in 1 minute.' });

    // Other requests have made the host be left alone for longer than there is patience for.
    const quiet = new Map([[HOST, { until: 5000, by: HOST }]]);
    const notAsked = limited();
    const limits = { ...DOUBLING, patienceMs, clock: leapingClock() };
    expect(await tries(limits, notAsked, {}, quiet)).toEqual({ count: 1, error: notAsked });
    expect(notAsked.hint).toBeUndefined();
  });

  it('counts other failures, whatever time they take', async () => {
    const clock = leapingClock();
    const failure = new RequestFailure('broken', { isTransient: true });
    const limits = { ...DOUBLING, attempts: 4, patienceMs: 0, clock };
    expect(await tries(limits, failure)).toEqual({ count: 4, error: failure });
    expect(clock.pauses).toEqual([1, 2, 4]);
  });
});
