import { setImmediate as tick } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { mapBounded } from '../../src/download/bounded.js';

describe('mapBounded', () => {
  it('keeps the order of the items and the limit of concurrent calls', async () => {
    let running = 0;
    let most = 0;
    const results = await mapBounded([5, 1, 4, 2, 3, 0], 3, async (ticks) => {
      most = Math.max(most, ++running);
      for (let i = 0; i < ticks; i++) await tick();
      running--;
      return ticks * 10;
    });
    expect(results).toEqual([50, 10, 40, 20, 30, 0]);
    expect(most).toBe(3);
  });

  it('throws the first error after the other calls were aborted and have ended', async () => {
    const ended: string[] = [];
    const failure = new Error('first');
    const work = mapBounded(['slow', 'bad', 'never'], 2, async (name, signal) => {
      expect(name).not.toBe('never');
      await tick();
      if (name === 'bad') throw failure;
      while (!signal.aborted) await tick();
      await tick();
      ended.push(name);
      throw new Error('an echo');
    });
    await expect(work).rejects.toBe(failure);
    expect(ended).toEqual(['slow']);
  });

  it('starts nothing when it is cancelled before, and stops when it is cancelled later', async () => {
    const cancel = new AbortController();
    let started = 0;
    const work = mapBounded(
      [1, 2, 3],
      1,
      async () => {
        started++;
        cancel.abort();
        await tick();
      },
      cancel.signal,
    );
    await expect(work).rejects.toBe(cancel.signal.reason);
    expect(started).toBe(1);
    await expect(mapBounded([1], 1, () => Promise.resolve(), cancel.signal)).rejects.toBe(
      cancel.signal.reason,
    );
  });

  it('does nothing for no items', async () => {
    expect(await mapBounded([], 4, () => Promise.resolve(1))).toEqual([]);
  });
});
