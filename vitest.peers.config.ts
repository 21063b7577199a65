import { defineConfig } from 'vitest/config';

/** Other projects' own test suites, as Debian's source packages have them, against ours. */
export default defineConfig({
  test: {
    include: ['test/peers/**/*.test.ts'],
    testTimeout: 1_200_000,
    hookTimeout: 1_200_000,
    maxWorkers: '100%',
  },
});
