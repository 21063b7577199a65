import { defineConfig } from 'vitest/config';
import { SkipReport } from './test/support/skip-report.js';

/** Other projects' own test suites, as Debian's source packages have them, against ours. */
export default defineConfig({
  test: {
    reporters: ['default', new SkipReport({ isTier: true })],
    include: ['test/peers/**/*.test.ts'],
    testTimeout: 1_200_000,
    hookTimeout: 1_200_000,
    maxWorkers: '100%',
  },
});
