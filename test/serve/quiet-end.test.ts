import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { untilQuiet } from '../../src/serve/quiet-end.js';

const QUIET_MS = 50;

describe('untilQuiet', () => {
  const never = new AbortController().signal;
  let busyMs: number;
  const isBusy = () => Promise.resolve(performance.now() < busyMs);
  beforeEach(() => {
    busyMs = 0;
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('waits for as long as nobody has to have been there', async () => {
    const startedMs = performance.now();
    await untilQuiet(QUIET_MS, isBusy, never);
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(QUIET_MS);
  });

  it('begins anew whenever somebody is there', async () => {
    busyMs = performance.now() + 4 * QUIET_MS;
    await untilQuiet(QUIET_MS, isBusy, never);
    // It looked last when somebody was there, up to one look before they left.
    expect(performance.now()).toBeGreaterThanOrEqual(busyMs);
  });

  it('ends at once when it is told to', async () => {
    const leaving = new AbortController();
    const looks = vi.fn(() => Promise.resolve(true));
    setTimeout(() => {
      leaving.abort();
    }, 2 * QUIET_MS);
    const startedMs = performance.now();
    await untilQuiet(60_000, looks, leaving.signal);
    expect(performance.now() - startedMs).toBeLessThan(900);
    await untilQuiet(60_000, looks, leaving.signal);
  });
});
