import { defineConfig } from 'vitest/config';
import { ZOSIA_ALIAS } from './test/support/zosia-alias.js';
import { SkipReport } from './test/support/skip-report.js';

/** What takes thousands of tries to show: run when what it tries has changed, not on every commit. */
export default defineConfig({
  resolve: { alias: ZOSIA_ALIAS },
  test: {
    reporters: ['default', new SkipReport({ isTier: true })],
    // With guests of every architecture, which the ordinary tests have of one only.
    include: [
      ...['test/endurance/**/*.test.ts', 'test/boot/instant*.test.ts'],
      'zosia-tiny/test/boot/answers.test.ts',
    ],
    env: { ZOSIA_TEST_EVERY_ARCHITECTURE: '1' },
    globalSetup: 'test/boot/support/guests.ts',
    testTimeout: 3_600_000,
    hookTimeout: 1_200_000,
    maxWorkers: '100%',
  },
});
