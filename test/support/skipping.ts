import type { TestOptions } from 'vitest';

declare module 'vitest' {
  interface TaskMeta {
    /** Why it is skipped, for the report at the end of the run (skip-report.ts). */
    skipReason?: string;
    /** Set if it wants the published weights, which a clone does not have. */
    wantsWeights?: true;
  }
}

/**
 * Whether this host is to have all that the tests want, as `.ci/run` says of its own: what is missing then
 * fails a test instead of skipping it.
 */
export const IS_COMPLETE_HOST = process.env.ZOSIA_TEST_COMPLETE === '1';

/** Options of a test, or of a describe, that is skipped where there is a reason; the report gives it. */
export const skipBecause = (reason: string | undefined): TestOptions =>
  reason === undefined ? {} : { skip: true, meta: { skipReason: reason } };

/** The same, with a condition and the reason that holds when it is true. */
export const skipWhere = (isImpossible: boolean, reason: string): TestOptions =>
  skipBecause(isImpossible ? reason : undefined);
