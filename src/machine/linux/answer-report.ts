import type { ZosiaError } from '../../errors.js';
import { ANSWER_ENDS, promptTooLong, templateUnusable } from '../llama-server/answer.js';
import type { AnswerReport } from '../llama-server/answer.js';

export type { AnswerReport } from '../llama-server/answer.js';

const REPORT = /^zosia: answer end=(\w+) prompt_tokens=(\d+) tokens=(\d+) context=(\d+)$/;

/** Reads the line of a guest's console that tells how an answer ended; undefined for any other line. */
export function parseAnswerReport(line: string): AnswerReport | undefined {
  const found = REPORT.exec(line);
  const end = ANSWER_ENDS.find((known) => known === found?.[1]);
  if (!found || end === undefined) return undefined;
  const [promptTokens, tokens, contextTokens] = found.slice(2).map(Number);
  return { end, promptTokens: promptTokens!, tokens: tokens!, contextTokens: contextTokens! };
}

const TOO_LONG = /^zosia: the prompt is too long: tokens=(\d+) room=(\d+)$/;
const NO_TEMPLATE = /^zosia: the chat template cannot be used: (.*)$/;

/** Reads a line that tells why a guest could not answer, where a user can mend it; or undefined. */
export function parseGuestFault(line: string): ZosiaError | undefined {
  const tooLong = TOO_LONG.exec(line);
  if (tooLong) return promptTooLong(Number(tooLong[1]), Number(tooLong[2]));
  const noTemplate = NO_TEMPLATE.exec(line);
  return noTemplate ? templateUnusable(noTemplate[1]!) : undefined;
}
