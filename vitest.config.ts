import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.js';

const MOCKING_MODULES = ['test/image/clone.test.ts', 'test/image/free-space.test.ts'];

export default defineConfig({
  test: {
    // Only against hanging: a host may be much slower than usual.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit and oracle',
          include: ['test/**/*.test.ts'],
          exclude: ['test/{boot,peers,endurance}/**', ...MOCKING_MODULES],
          // Loading what is tested anew for each file would take longer than most files do.
          isolate: false,
          // Much of the time is spent in other programs: the default leaves a processor idle.
          maxWorkers: '100%',
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'unit, mocking modules',
          include: MOCKING_MODULES,
          maxWorkers: '100%',
          sequence: { groupOrder: 0 },
        },
      },
      {
        // Machines run after everything else, two at a time: much of a boot is waiting.
        extends: true,
        test: {
          name: 'boot',
          include: ['test/boot/**/*.test.ts'],
          globalSetup: 'test/boot/support/guests.ts',
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
