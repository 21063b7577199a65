import { defineConfig } from 'vitest/config';
import { slowTests } from './test/changed/slow-tests.js';
import { ZOSIA_ALIAS } from './test/support/zosia-alias.js';
import { SkipReport } from './test/support/skip-report.js';

/** What the repository has built, built again and compared: run when what it is built of has changed. */
export default defineConfig({
  resolve: { alias: ZOSIA_ALIAS },
  test: {
    reporters: ['default', new SkipReport({ isTier: true })],
    include: [...slowTests('test:toolchain')],
    testTimeout: 600_000,
    hookTimeout: 600_000,
    maxWorkers: '100%',
  },
});
