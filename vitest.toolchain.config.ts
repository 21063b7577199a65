import { defineConfig } from 'vitest/config';
import { REBUILDING } from './test/support/rebuilding.js';
import { ZOSIA_ALIAS } from './test/support/zosia-alias.js';
import { SkipReport } from './test/support/skip-report.js';

/** What the repository has built, built again and compared: run when what it is built of has changed. */
export default defineConfig({
  resolve: { alias: ZOSIA_ALIAS },
  test: {
    reporters: ['default', new SkipReport({ isTier: true })],
    include: [...REBUILDING],
    testTimeout: 600_000,
    hookTimeout: 600_000,
    maxWorkers: '100%',
  },
});
