import { formatDuration } from '../output/format-duration.js';
import type { RequestRecord } from '../../serve/api/request-log.js';

/** A request that is over, as a line of the log: nothing of its contents. */
export function requestLine(record: RequestRecord): string {
  const { method, route = '-', model = '-', status, isComplete, durationMs } = record;
  const { promptTokens, answerTokens } = record;
  const tokens =
    promptTokens === undefined && answerTokens === undefined
      ? []
      : [`${promptTokens ?? 0}+${answerTokens ?? 0} tokens`];
  return [
    `${method} ${route}`,
    model,
    String(status),
    formatDuration(durationMs),
    ...tokens,
    ...(isComplete ? [] : ['the client left']),
  ].join(' ');
}
