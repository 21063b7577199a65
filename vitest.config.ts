import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { ALL_SLOW_TESTS } from './test/changed/slow-tests.js';
import { LongestFirst } from './test/support/longest-first.js';
import { ZOSIA_ALIAS } from './test/support/zosia-alias.js';
import { PromiseReport } from './test/support/promise-report.js';
import { SkipReport } from './test/support/skip-report.js';

const MOCKING_MODULES = ['test/host/clone.test.ts', 'test/host/free-space.test.ts'];

/** One more than there are processors: much of the time is spent waiting for other programs. */
const WORKERS = availableParallelism() + 1;

export default defineConfig({
  resolve: { alias: ZOSIA_ALIAS },
  test: {
    // Only against hanging: a host may be much slower than usual.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    sequence: { sequencer: LongestFirst },
    reporters: ['default', new SkipReport(), new PromiseReport()],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit and oracle',
          include: ['{test,zosia-tiny/test}/**/*.test.ts'],
          exclude: [
            ...['test/{boot,peers,endurance}/**', 'zosia-tiny/test/boot/**'],
            ...[...MOCKING_MODULES, ...ALL_SLOW_TESTS],
          ],
          // Loading what is tested anew for each file would take longer than most files do.
          isolate: false,
          maxWorkers: WORKERS,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'unit, mocking modules',
          include: MOCKING_MODULES,
          maxWorkers: WORKERS,
          sequence: { groupOrder: 0 },
        },
      },
      {
        // Machines run after everything else, a few at a time: much of a boot is waiting.
        extends: true,
        test: {
          name: 'boot',
          include: ['{test,zosia-tiny/test}/boot/**/*.test.ts'],
          exclude: ['zosia-tiny/test/boot/answers.test.ts', ...ALL_SLOW_TESTS],
          globalSetup: 'test/boot/support/guests.ts',
          maxWorkers: WORKERS,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
