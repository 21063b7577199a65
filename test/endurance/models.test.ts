import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mapBounded } from '../../src/download/bounded.js';
import { withoutProxy } from '../artifacts/repository.js';
import { runModelSchedule } from '../models/schedules.js';
import { buildChild } from '../support/download-process.js';

withoutProxy();

const SCHEDULES = Number(process.env['ZOSIA_TEST_SCHEDULES'] ?? 300);
/** Apart from those of the ordinary tests. */
const FIRST_SEED = 1000;

const seeds = Array.from({ length: SCHEDULES }, (_, index) => FIRST_SEED + index);

describe('schedules of faults upon pulling and adding models', () => {
  it('end with the right model, kills at every step among them, and leave nothing behind', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'zosia-child-'));
    try {
      const program = await buildChild(folder, 'model-child');
      const outcomes = await mapBounded(seeds, availableParallelism(), (seed) =>
        runModelSchedule(seed, program),
      );
      const ends = outcomes.flatMap((outcome) => outcome.ends);
      expect(ends.filter((end) => end === 'killed').length).toBeGreaterThan(SCHEDULES / 2);
      expect(new Set(outcomes.flatMap(({ faults }) => faults)).size).toBeGreaterThan(10);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('end with the right model where the process is not killed, but cancelled', async () => {
    const outcomes = await mapBounded(seeds, 8, (seed) => runModelSchedule(seed));
    expect(outcomes.flatMap(({ ends }) => ends)).toContain('cancelled');
  });
});
