import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withoutProxy } from '../artifacts/repository.js';
import { buildChild } from '../support/download-process.js';
import { runSchedule } from './schedules.js';

withoutProxy();

describe('a download that faults befall', () => {
  it('ends with the right bytes or an error, and in the end with the right bytes: 30 schedules', async () => {
    const ends = new Set<string>();
    const faults = new Set<string>();
    for (let seed = 1; seed <= 30; seed++) {
      const outcome = await runSchedule(seed);
      outcome.ends.forEach((end) => ends.add(end));
      outcome.faults.forEach((fault) => faults.add(fault));
    }
    expect([...ends].sort()).toEqual(['ZOSIA_DOWNLOAD_CORRUPT', 'ZOSIA_DOWNLOAD_FAILED', 'done']);
    expect(faults.size).toBeGreaterThan(10);
  });

  it('survives kills of the process that downloads: 3 schedules', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'zosia-child-'));
    try {
      const program = await buildChild(folder, 'download-child');
      const ends: string[] = [];
      for (let seed = 1; seed <= 3; seed++) ends.push(...(await runSchedule(seed, program)).ends);
      expect(ends).toContain('killed');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
