import { ZosiaError } from '../../errors.js';
import { templateUnusable } from '../llama-server/answer.js';

// It may come while a line is being written: behind the prompt, or within an answer.
const WORKER_LOST = /zosia: worker (\d{1,2}) has hung up$/;
const NO_TEMPLATE = /^zosia: the chat template cannot be used: (.*)$/;

/** Reads a line that tells why a guest could not answer, where a user can mend it; or undefined. */
export function parseGuestFault(line: string): ZosiaError | undefined {
  const noTemplate = NO_TEMPLATE.exec(line);
  if (noTemplate) return templateUnusable(noTemplate[1]!);
  const lost = WORKER_LOST.exec(line);
  return lost ? workerLost(lost[1]!) : undefined;
}

const workerLost = (number: string): ZosiaError =>
  new ZosiaError('ZOSIA_WORKER_LOST', `worker ${number} has hung up`, {
    hint: 'The model is lost with it. See that the worker runs and can be reached, then start again.',
  });
