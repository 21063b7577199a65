import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mapBounded } from '../../src/download/bounded.js';
import { withoutProxy } from '../artifacts/repository.js';
import { runSchedule } from '../download/schedules.js';
import { buildChild } from '../support/download-process.js';

withoutProxy();

const SCHEDULES = Number(process.env['ZOSIA_TEST_SCHEDULES'] ?? 300);
/** Apart from those of the ordinary tests. */
const FIRST_SEED = 1000;

describe('schedules of faults, with kills of the process that downloads among them', () => {
  it('end with the right bytes or a clear error, and never with a wrong file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'zosia-child-'));
    try {
      const program = await buildChild(folder, 'download-child');
      const seeds = Array.from({ length: SCHEDULES }, (_, index) => FIRST_SEED + index);
      const outcomes = await mapBounded(seeds, availableParallelism(), (seed) =>
        runSchedule(seed, program),
      );
      const ends = outcomes.flatMap((outcome) => outcome.ends);
      expect(ends.filter((end) => end === 'done')).toHaveLength(SCHEDULES);
      expect(ends.filter((end) => end === 'killed').length).toBeGreaterThan(SCHEDULES / 4);
      expect(new Set(outcomes.flatMap(({ faults }) => faults)).size).toBeGreaterThan(10);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
