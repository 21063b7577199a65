import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CheckpointPaths } from '../../src/recipes/embedded-checkpoint.js';

/** Where the real weights are. */
export const WEIGHTS_FOLDER =
  process.env.ZOSIA_TEST_MODELS ??
  fileURLToPath(new URL('../../../shared/models', import.meta.url));

/** A file among the real weights that some tests, and the benchmarks, need. */
export const weights = (name: string): string => join(WEIGHTS_FOLDER, name);

/** The smallest model of the llama2.c project, with the tokenizer that it was trained with. */
export const STORIES_260K: CheckpointPaths = {
  checkpoint: weights('stories260K.bin'),
  tokenizer: weights('tok512.bin'),
};
