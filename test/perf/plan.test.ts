import { describe, expect, it } from 'vitest';
import { planRuns } from '../../src/perf/plan.js';
import { BUILT_IN_PROFILES } from '../../src/perf/profile.js';
import type { Profile } from '../../src/perf/profile.js';

const NONE = BUILT_IN_PROFILES.get('none')!;
const PHI = BUILT_IN_PROFILES.get('phi35_fast')!;

describe('planRuns', () => {
  it('plans the setting of a profile, on the machine of the profile', () => {
    expect(planRuns({ profile: PHI, hostCpuCount: 12 })).toEqual({
      settings: [{ threads: 6, llamaArgs: ['-b', '256', '-c', '1024'] }],
      tokens: 128,
      cpus: 6,
      contextTokens: 1024,
    });
  });

  it('reduces a profile to the processors of the host, or to those requested', () => {
    expect(planRuns({ profile: PHI, hostCpuCount: 2 })).toMatchObject({
      settings: [{ threads: 2 }],
      cpus: 2,
      note: expect.stringContaining('cut down'),
    });
    const asked = planRuns({ profile: PHI, hostCpuCount: 2, cpus: 6 });
    expect(asked).toMatchObject({ settings: [{ threads: 6 }], cpus: 6 });
    expect(asked.note).toBeUndefined();
  });

  it('prefers given options to those of the profile', () => {
    expect(
      planRuns({
        profile: PHI,
        hostCpuCount: 12,
        threads: 4,
        batchThreads: 5,
        llamaArgs: [],
        tokens: 8,
      }),
    ).toEqual({
      settings: [{ threads: 4, batchThreads: 5, llamaArgs: [] }],
      tokens: 8,
      cpus: 6,
      contextTokens: undefined,
    });
  });

  it('plans a matrix, with memory for the longest context', () => {
    const matrix = [
      { llamaArgs: ['-c', '512'] },
      { threads: 16, llamaArgs: ['-c', '2048'] },
      { threads: 99, llamaArgs: [] },
    ];
    const plan = planRuns({ profile: NONE, matrix, hostCpuCount: 24 });
    // As many processors as threads, as far as the host has them.
    expect(plan).toEqual({ settings: matrix, tokens: 64, cpus: 24, contextTokens: 2048 });
  });

  it('plans a matrix on the machine of a profile, without the setting of the profile', () => {
    const matrix = [{ threads: 1, llamaArgs: [] }];
    const plan = planRuns({ profile: PHI, matrix, hostCpuCount: 12 });
    expect(plan).toEqual({ settings: matrix, tokens: 128, cpus: 6, contextTokens: undefined });
    // Threads that are not used are not cut down either.
    const threads: Profile = { threads: 8, llamaArgs: [] };
    expect(planRuns({ profile: threads, matrix, hostCpuCount: 2 }).note).toBeUndefined();
    expect(planRuns({ profile: PHI, matrix, hostCpuCount: 2 }).note).toContain('cut down');
  });

  it('leaves the number of processors at the default when it suffices', () => {
    expect(planRuns({ profile: NONE, threads: 8, hostCpuCount: 24 }).cpus).toBeUndefined();
  });
});
