import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { slowTests } from './test/changed/slow-tests.js';
import { SkipReport } from './test/support/skip-report.js';
import { ZOSIA_ALIAS } from './test/support/zosia-alias.js';

/** What wants many machines, or every size of an image: run when what it stands on has changed. */
export default defineConfig({
  resolve: { alias: ZOSIA_ALIAS },
  test: {
    reporters: ['default', new SkipReport({ isTier: true })],
    include: [...slowTests('test:thorough')],
    globalSetup: 'test/boot/support/guests.ts',
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // As in vitest.config.ts: much of a boot is waiting.
    maxWorkers: availableParallelism() + 1,
  },
});
