import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mapBounded } from '../../src/download/bounded.js';
import { withoutProxy } from '../artifacts/repository.js';
import { buildChild } from '../support/download-process.js';
import { runModelSchedule } from './schedules.js';

withoutProxy();

const seeds = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

describe('a model that faults befall while it is resolved, downloaded, recorded or adopted', () => {
  it('is right and usable in the end, and never told falsely: 30 schedules', async () => {
    // Much of it is waiting for answers that do not come.
    const outcomes = await mapBounded(seeds(30), 8, (seed) => runModelSchedule(seed));
    expect(outcomes.flatMap(({ ends }) => ends)).toEqual(
      expect.arrayContaining(['ZOSIA_DOWNLOAD_FAILED', 'cancelled', 'done']),
    );
    expect(outcomes.flatMap(({ faults }) => faults)).toContain('blob: rotten, with its time');
    expect(new Set(outcomes.flatMap(({ faults }) => faults)).size).toBeGreaterThan(8);
  });

  it('survives kills of the process that pulls or adds it: 4 schedules', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'zosia-child-'));
    try {
      const program = await buildChild(folder, 'model-child');
      const outcomes = await mapBounded(seeds(4), 2, (seed) => runModelSchedule(seed, program));
      expect(outcomes.flatMap(({ ends }) => ends)).toContain('killed');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
