import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { describe } from 'vitest';

const folder =
  process.env.ZOSIA_TEST_MODELS ??
  fileURLToPath(new URL('../../../shared/models', import.meta.url));

/** A file among the real weights that some tests need. */
export const weights = (name: string): string => join(folder, name);

/** What stories260K tells from nothing at temperature 0, as its makers published it. */
export const PUBLISHED_STORY =
  'Once upon a time, there was a little girl named Lily. She loved to play outside in the park.';

/**
 * A describe that needs the real weights. Without them it is skipped with a reason; in CI it runs all
 * the same, and so fails.
 */
export function describeWithWeights(name: string, body: () => void): void {
  const absent = !existsSync(weights('stories260K.bin'));
  if (absent && process.env.CI === undefined) {
    describe.skip(`${name} (skipped: no weights in ${folder}; set ZOSIA_TEST_MODELS)`, body);
  } else {
    describe(name, body);
  }
}
