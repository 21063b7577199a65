import { describe, expect, it } from 'vitest';
import { summarizeSkipped } from './skip-report.js';
import type { ReportedTest } from './skip-report.js';

const test = (changes: Partial<ReportedTest> = {}): ReportedTest => ({
  name: 'a.test.ts > works',
  isSkipped: false,
  wantsWeights: false,
  ...changes,
});

describe('summarizeSkipped', () => {
  it('counts the skipped tests for each reason, the most frequent first', () => {
    const skipped = (reason: string): ReportedTest => test({ isSkipped: true, reason });
    const tests = [skipped('no root'), skipped('no disk'), test(), skipped('no root')];
    expect(summarizeSkipped(tests)).toEqual({
      lines: ['2 skipped: no root', '1 skipped: no disk'],
      faults: [],
    });
  });

  it('finds fault with a test that is skipped without a reason', () => {
    expect(summarizeSkipped([test({ isSkipped: true })]).faults).toEqual([
      'skipped without a reason: a.test.ts > works',
    ]);
  });

  it('finds fault with more than 15 tests that want published weights, skipped or not', () => {
    const wanting = Array.from({ length: 16 }, () => test({ wantsWeights: true }));
    expect(summarizeSkipped(wanting.slice(1)).faults).toEqual([]);
    expect(summarizeSkipped(wanting).faults).toEqual([
      '16 tests want published weights, and 15 may',
    ]);
  });

  it('finds fault on a complete host with more than 16 tests that a clone would skip', () => {
    const skipped = Array.from({ length: 9 }, () => test({ isSkipped: true, reason: 'no root' }));
    const wanting = Array.from({ length: 8 }, () => test({ wantsWeights: true }));
    const all = [...skipped, ...wanting];
    expect(summarizeSkipped(all.slice(1), { isCompleteHost: true }).faults).toEqual([]);
    expect(summarizeSkipped(all, { isCompleteHost: true }).faults).toEqual([
      'a clone would skip 17 tests, and may skip 16',
    ]);
    // Elsewhere a host may lack more.
    expect(summarizeSkipped(all, { isCompleteHost: false }).faults).toEqual([]);
  });

  it('lets any number be skipped of what is not run on every commit, but none without a reason', () => {
    const options = { isCompleteHost: true, isTier: true };
    const skipped = Array.from({ length: 20 }, () => test({ isSkipped: true, reason: 'built' }));
    expect(summarizeSkipped(skipped, options)).toEqual({
      lines: ['20 skipped: built'],
      faults: [],
    });
    expect(summarizeSkipped([test({ isSkipped: true })], options).faults).toHaveLength(1);
  });
});
