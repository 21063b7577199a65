import { existsSync } from 'node:fs';
import type { TestOptions } from 'vitest';
import { IS_COMPLETE_HOST, skipWhere } from './skipping.js';
import { WEIGHTS_FOLDER, weights } from './weight-files.js';

export { STORIES_260K, weights } from './weight-files.js';

const skipped = skipWhere(
  !existsSync(weights('stories260K.bin')) && !IS_COMPLETE_HOST,
  `no published weights in ${WEIGHTS_FOLDER} (ZOSIA_TEST_MODELS names another folder)`,
);

/**
 * Options of a test, or of a describe, of what was published of models that zosia does not bring. Without
 * their weights it is skipped with a reason; on a complete host it runs all the same, and so fails. What needs any
 * model takes the built-in one (embedded-model.ts).
 */
export const WITH_WEIGHTS: TestOptions = {
  ...skipped,
  meta: { ...skipped.meta, wantsWeights: true },
};
