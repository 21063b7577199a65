import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe } from 'vitest';
import { EMBEDDED_MODEL_DIRECTORY } from '../../src/recipes/embedded-model.js';

/** The model that zosia brings itself. */
export const EMBEDDED_MODEL = join(EMBEDDED_MODEL_DIRECTORY, 'zosia-tiny.gguf');

/** A describe that needs the model that zosia brings itself; skipped until there is one. */
export function describeWithEmbeddedModel(name: string, body: () => void): void {
  if (existsSync(EMBEDDED_MODEL)) describe(name, body);
  else describe.skip(`${name} (skipped: there is no ${EMBEDDED_MODEL})`, body);
}
