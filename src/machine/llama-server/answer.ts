import { ZosiaError } from '../../errors.js';
import { option, wording } from '../../wording.js';

/**
 * Why an answer ended: as the model wanted; since the context is full; after as many tokens as were asked
 * for; at a text that was to end it; `unknown` when llama.cpp does not tell.
 */
export const ANSWER_ENDS = ['end', 'context', 'tokens', 'stop', 'unknown'] as const;
export type AnswerEnd = (typeof ANSWER_ENDS)[number];

/** What is known of an answer that was given. */
export interface AnswerReport {
  readonly end: AnswerEnd;
  /** Tokens of the prompt with what its template adds; 0 where it is not known, as with the others. */
  readonly promptTokens: number;
  /** Tokens that were generated; one that ends the answer is among them. */
  readonly tokens: number;
  /** Length of the context, as llama.cpp rounded it; 0 unless it is full, or was asked for. */
  readonly contextTokens: number;
}

export function promptTooLong(tokens: number, room: number): ZosiaError {
  return new ZosiaError(
    'ZOSIA_PROMPT_TOO_LONG',
    `the prompt has ${tokens} tokens, and the context has room for ${room}`,
    {
      hint: wording`Give a longer context with ${option('contextTokens')}, or a shorter prompt.`,
    },
  );
}

/** @param reason one printable line */
export function schemaUnusable(reason: string): ZosiaError {
  return new ZosiaError(
    'ZOSIA_SCHEMA_UNUSABLE',
    `llama.cpp cannot use the JSON schema: ${reason}`,
    { hint: 'It knows the commoner parts of JSON Schema; # is the whole of it.' },
  );
}

/**
 * @param reason one printable line
 * @param hasSystem whether there was a system prompt, which some templates refuse
 */
export function templateUnusable(reason: string, hasSystem = false): ZosiaError {
  return new ZosiaError(
    'ZOSIA_TEMPLATE_UNUSABLE',
    `llama.cpp cannot use the chat template: ${reason}`,
    {
      hint: wording`${hasSystem ? wording`Leave out ${option('system')} if it is that which has no place there. ` : ''}Give another one with ${option('chatTemplate')}: a file, the name of one that llama.cpp has built in, as chatml, or none to complete text.`,
    },
  );
}
