import { describe, expect, it } from 'vitest';
import { measure } from '../../src/perf/measure.js';
import type { MeasureOptions } from '../../src/perf/measure.js';
import type { PerfOutcome } from '../../src/perf/outcome.js';
import type { Setting } from '../../src/perf/setting.js';
import { outcomeAt } from './samples.js';

const SETTINGS: readonly Setting[] = [1, 2, 3].map((threads) => ({ threads, llamaArgs: [] }));
const FAILURE: PerfOutcome = { measured: false, reason: 'no' };

/** Measures with outcomes by number of threads, and returns the order. */
async function measureWith(
  outcomes: (threads: number) => PerfOutcome,
  options: Partial<MeasureOptions> = {},
) {
  const order: number[] = [];
  let seconds = 0;
  const measured = await measure({
    settings: SETTINGS,
    rounds: 1,
    boot: ({ threads }) => {
      order.push(threads!);
      return Promise.resolve(outcomes(threads!));
    },
    timeoutSeconds: 1,
    failFast: true,
    clock: () => new Date(1000 * seconds++),
    signal: new AbortController().signal,
    ...options,
  });
  return { ...measured, order };
}

describe('measure', () => {
  it('runs each setting once before any is measured again', async () => {
    const { order, runs, interrupted } = await measureWith(outcomeAt, { rounds: 2 });
    expect(order).toEqual([1, 2, 3, 1, 2, 3]);
    expect(runs.map(({ round }) => round)).toEqual([1, 1, 1, 2, 2, 2]);
    expect(runs.map(({ startedAt }) => startedAt.getTime() / 1000)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(interrupted).toBe(false);
  });

  it.each([
    [true, [1, 2]],
    [false, [1, 2, 3]],
  ])('measures %j when the second setting fails, with fail-fast %s', async (failFast, expected) => {
    const { order, runs } = await measureWith((t) => (t === 2 ? FAILURE : outcomeAt(t)), {
      failFast,
    });
    expect(order).toEqual(expected);
    expect(runs.filter(({ ok }) => !ok)).toMatchObject([{ outcome: FAILURE }]);
  });

  it('counts a run below the minimum as failed, and keeps its rate', async () => {
    const { runs } = await measureWith((t) => outcomeAt(t * 10), {
      failFast: false,
      minTokPerS: 20,
    });
    expect(runs.map(({ ok }) => ok)).toEqual([false, true, true]);
    expect(runs[0]!.outcome).toMatchObject({ measured: true, result: { tokPerS: 10 } });
  });

  it('ends at a run below the minimum, with fail-fast', async () => {
    const { order } = await measureWith((t) => outcomeAt(40 - t * 10), { minTokPerS: 20 });
    expect(order).toEqual([1, 2, 3]);
    const early = await measureWith((t) => outcomeAt(40 - t * 10), { minTokPerS: 21 });
    expect(early.order).toEqual([1, 2]);
  });

  it('ends a loop when cancelled, and keeps the results so far', async () => {
    const cancel = new AbortController();
    const { runs, interrupted } = await measureWith(outcomeAt, {
      repeat: { pauseSeconds: 0 },
      signal: cancel.signal,
      onRun: ({ round, setting }) => {
        if (round === 3 && setting.threads === 1) cancel.abort();
      },
    });
    expect(runs).toHaveLength(7);
    expect(interrupted).toBe(true);
  });

  it('pauses after each pass of a loop, until the pause is over or cancelled', async () => {
    const cancel = new AbortController();
    const { order, interrupted } = await measureWith(outcomeAt, {
      rounds: 2,
      repeat: { pauseSeconds: 3600 },
      signal: cancel.signal,
      onRun: ({ round, setting }) => {
        if (round === 2 && setting === SETTINGS.at(-1)) {
          setImmediate(() => {
            cancel.abort();
          });
        }
      },
    });
    expect(order).toHaveLength(2 * SETTINGS.length);
    expect(interrupted).toBe(true);
  });

  it('leaves out the unfinished run when cancelled', async () => {
    const cancel = new AbortController();
    const { runs, interrupted } = await measure({
      settings: SETTINGS,
      rounds: 1,
      boot: ({ threads }, { signal }) => {
        if (threads === 2) cancel.abort(new Error('stop'));
        signal.throwIfAborted();
        return Promise.resolve(outcomeAt(1));
      },
      timeoutSeconds: 1,
      failFast: true,
      clock: () => new Date(0),
      signal: cancel.signal,
    });
    expect(runs).toHaveLength(1);
    expect(interrupted).toBe(true);
  });

  it('throws at an error that no setting can avoid', async () => {
    const boot = (): Promise<PerfOutcome> => Promise.reject(new Error('no disk'));
    await expect(measureWith(outcomeAt, { boot })).rejects.toThrow('no disk');
  });
});
