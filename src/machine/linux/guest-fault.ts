import type { ZosiaError } from '../../errors.js';
import { templateUnusable } from '../llama-server/answer.js';

const NO_TEMPLATE = /^zosia: the chat template cannot be used: (.*)$/;

/** Reads a line that tells why a guest could not answer, where a user can mend it; or undefined. */
export function parseGuestFault(line: string): ZosiaError | undefined {
  const noTemplate = NO_TEMPLATE.exec(line);
  return noTemplate ? templateUnusable(noTemplate[1]!) : undefined;
}
