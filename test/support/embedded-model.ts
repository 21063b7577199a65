import { join } from 'node:path';
import { EMBEDDED_MODEL_DIRECTORY } from '../../src/recipes/embedded-model.js';

/** The built-in model. */
export const EMBEDDED_MODEL = join(EMBEDDED_MODEL_DIRECTORY, 'zosia-tiny.gguf');
