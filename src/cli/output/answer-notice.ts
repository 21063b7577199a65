import { counted } from './output.js';
import type { AnswerReport } from '../../machine/machine.js';

/** What a user should know about how an answer ended; undefined when it ended as the model wanted. */
export function answerNotice(
  report: AnswerReport | undefined,
  isEmpty: boolean,
): string | undefined {
  const cut = report && cutBy(report);
  if (isEmpty) return `the answer is empty: ${cut ?? 'the model ended it at once'}`;
  return cut === undefined ? undefined : `the answer was cut: ${cut}`;
}

function cutBy({ end, tokens, promptTokens, contextTokens }: AnswerReport): string | undefined {
  if (end === 'tokens') return `it may have ${counted(tokens, 'token')} (-n)`;
  if (end !== 'context') return undefined;
  const prompt = counted(promptTokens, 'token');
  return `the context of ${counted(contextTokens, 'token')} is full (--ctx), ${prompt} of it with the prompt`;
}

/** How an answer ended, as JSON has it: null for what is not known. */
export function reportAsJson(report: AnswerReport | undefined): Record<string, unknown> {
  const known = (tokens: number | undefined): number | null => tokens || null;
  return {
    reason: report?.end ?? 'unknown',
    promptTokens: known(report?.promptTokens),
    tokens: known(report?.tokens),
    contextTokens: known(report?.contextTokens),
  };
}
