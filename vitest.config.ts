import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 300_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit and oracle',
          include: ['test/**/*.test.ts'],
          exclude: ['test/boot/**'],
          // Much of the time is spent in other programs: the default leaves a processor idle.
          maxWorkers: '100%',
          sequence: { groupOrder: 0 },
        },
      },
      {
        // Machines run one at a time, and after everything else: each wants all the processors.
        extends: true,
        test: {
          name: 'boot',
          include: ['test/boot/**/*.test.ts'],
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
