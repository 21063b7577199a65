import { existsSync } from 'node:fs';
import { describe } from 'vitest';
import { WEIGHTS_FOLDER, weights } from './weight-files.js';

export { weights } from './weight-files.js';

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
    describe.skip(
      `${name} (skipped: no weights in ${WEIGHTS_FOLDER}; set ZOSIA_TEST_MODELS)`,
      body,
    );
  } else {
    describe(name, body);
  }
}
