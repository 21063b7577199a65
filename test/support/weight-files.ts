import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where the real weights are. */
export const WEIGHTS_FOLDER =
  process.env.ZOSIA_TEST_MODELS ??
  fileURLToPath(new URL('../../../shared/models', import.meta.url));

/** A file among the real weights that some tests, and the benchmarks, need. */
export const weights = (name: string): string => join(WEIGHTS_FOLDER, name);
