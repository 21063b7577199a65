import { ZosiaError } from '../../errors.js';
import { option, wording } from '../../wording.js';

/**
 * Why an answer ended: as the model wanted; since the context is full; after as many tokens as were asked
 * for; at a text that was to end it; `unknown` when llama.cpp's log was not to be had.
 */
const ANSWER_ENDS = ['end', 'context', 'tokens', 'stop', 'unknown'] as const;
export type AnswerEnd = (typeof ANSWER_ENDS)[number];

/** What the guest says of an answer that it has given. */
export interface AnswerReport {
  readonly end: AnswerEnd;
  /** Tokens of the prompt with what its template adds; 0 where it is not known, as with the others. */
  readonly promptTokens: number;
  /** Tokens that were generated; one that ends the answer is among them. */
  readonly tokens: number;
  /** Length of the context, as llama.cpp rounded it. */
  readonly contextTokens: number;
}

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
  if (tooLong) {
    return new ZosiaError(
      'ZOSIA_PROMPT_TOO_LONG',
      `the prompt has ${tooLong[1]!} tokens, and the context has room for ${tooLong[2]!}`,
      {
        hint: wording`Give a longer context with ${option('contextTokens')}, or a shorter prompt.`,
      },
    );
  }
  const noTemplate = NO_TEMPLATE.exec(line);
  if (!noTemplate) return undefined;
  return new ZosiaError(
    'ZOSIA_TEMPLATE_UNUSABLE',
    `llama.cpp cannot use the chat template: ${noTemplate[1]!}`,
    {
      hint: wording`Give another one with ${option('chatTemplate')}: a file, the name of one that llama.cpp has built in, as chatml, or none to complete text.`,
    },
  );
}
