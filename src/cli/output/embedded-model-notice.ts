import { EMBEDDED_MODEL_NAME } from '../../recipes/embedded-model.js';

/** Says which model is used when none is named. `example` names another one. */
export function embeddedModelNotice(example: string): string {
  return `No model is named: using the built-in ${EMBEDDED_MODEL_NAME}. Another one: ${example}`;
}
