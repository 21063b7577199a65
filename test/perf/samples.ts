import type { PerfOutcome } from '../../src/perf/outcome.js';
import type { RunRecord } from '../../src/perf/results.js';

export const MEASURED: RunRecord = {
  timestamp: new Date('2026-07-31T12:00:00Z'),
  threads: 6,
  batchThreads: 4,
  args: '-b,256',
  tokens: 64,
  seconds: 2.5,
  tokPerS: 25.6,
  ok: true,
  loadSeconds: 1.25,
  promptTokPerS: 80.125,
  run: 1,
  cpus: 6,
  model: 'Phi-3.5, "mini"',
  arch: 'aarch64',
  accel: 'hvf',
  error: '',
  wait: '',
};

export const FAILED: RunRecord = {
  ...MEASURED,
  timestamp: new Date('2026-07-31T12:01:00Z'),
  batchThreads: 6,
  args: '',
  seconds: undefined,
  tokPerS: undefined,
  ok: false,
  loadSeconds: undefined,
  promptTokPerS: undefined,
  error: 'the guest ended with status 137: killed for memory',
};

/** What a boot gives that generates, and reads prompts, at these rates. */
export const outcomeAt = (tokPerS: number, promptTokPerS = tokPerS * 3): PerfOutcome => ({
  measured: true,
  result: {
    tokens: 64,
    seconds: 64 / tokPerS,
    tokPerS,
    loadSeconds: 1,
    promptTokPerS,
    threads: 1,
    batchThreads: 1,
  },
});
