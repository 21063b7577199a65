import { beforeAll, describe, expect, it } from 'vitest';
import { median } from '../../src/perf/statistics.js';
import { zosia } from '../support/cli.js';
import { EMBEDDED_MODEL } from '../support/embedded-model.js';
import { temporaryFolder } from '../support/temporary.js';
import { putGuests } from './support/guests.js';

interface Tuned {
  readonly winner: Candidate;
  readonly candidates: readonly Candidate[];
  readonly settingCount: number;
  readonly bootCount: number;
  readonly runs: readonly Run[];
}

interface Candidate {
  readonly threads: number;
  readonly batchThreads?: number;
  readonly wait?: string;
  readonly llamaArgs: readonly string[];
  readonly median: number;
  readonly count: number;
}

interface Run {
  readonly ok: boolean;
  readonly threads: number;
  readonly batchThreads: number;
  readonly wait: string;
  readonly args: string;
  readonly tokPerS: number;
}

// How good the finding is depends on the hour: `npm run bench:tune` measures that.
describe('zosia perf tune', () => {
  const folder = temporaryFolder();
  beforeAll(() => putGuests(folder.path, ['aarch64']));

  it('tries every value in half the boots of a matrix, and names the fastest setting among them', async () => {
    const { stdout } = await zosia(
      [
        ...[
          'perf',
          'tune',
          EMBEDDED_MODEL,
          '--arch',
          'aarch64',
          '--smp',
          '2',
          '--tokens',
          '8',
          '--json',
        ],
        ...['--threads', '1 2', '--batch-threads', 'default 2'],
        ...['--wait', 'sleep spin', '--llama-args', 'default -b,64'],
      ],
      { cwd: folder.path },
    );
    const { winner, candidates, settingCount, bootCount, runs } = JSON.parse(stdout) as Tuned;
    expect(settingCount).toBe(10);
    expect(bootCount).toBeLessThanOrEqual(5);
    expect(runs).toHaveLength(bootCount);
    expect(runs.filter(({ ok }) => !ok)).toEqual([]);
    const tried = (part: 'threads' | 'args') => new Set(runs.map((run) => run[part]));
    expect(tried('threads')).toEqual(new Set([1, 2]));
    expect(runs.some(({ wait }) => wait === 'spin')).toBe(true);
    expect(tried('args')).toEqual(new Set(['', '-b,64']));

    const own = runs.filter(
      ({ threads, batchThreads, wait, args }) =>
        threads === winner.threads &&
        wait === (winner.wait ?? '') &&
        batchThreads === (winner.batchThreads ?? winner.threads) &&
        args === winner.llamaArgs.join(','),
    );
    expect(own).toHaveLength(winner.count);
    expect(winner.median).toBeCloseTo(median(own.map(({ tokPerS }) => tokPerS)), 6);
    expect(winner.count).toBe(Math.max(...candidates.map(({ count }) => count)));
    const asOften = candidates.filter(({ count }) => count === winner.count);
    expect(winner.median).toBe(Math.max(...asOften.map((candidate) => candidate.median)));
  });
});
