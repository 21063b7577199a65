import * as v from 'valibot';
import { summarise } from '../../src/perf/statistics.js';
import type { Summary } from '../../src/perf/statistics.js';
import { object } from '../../src/json.js';
import { CHAT_PATH, chat, mustAnswer, placeOf } from './ask.js';

const TOKENS = 16;

export interface Load {
  readonly requestsPerS: number;
  readonly tokensPerS: number;
  /** How long a client waited for its answer, in ms. */
  readonly answerMs: Summary;
}

const ANSWER = object({ usage: object({ completion_tokens: v.number() }) });

/**
 * Has some clients ask a server at once, each again as soon as it has its answer, and waits until all of them have
 * the last one.
 *
 * @throws Error when a request is refused
 */
export async function measureLoad(url: string, clients: number, seconds: number): Promise<Load> {
  const place = placeOf(url);
  const startMs = performance.now();
  const endMs = startMs + seconds * 1000;
  const answersMs: number[] = [];
  let tokens = 0;
  const client = async (): Promise<void> => {
    do {
      const { text, durationMs } = await mustAnswer(place, CHAT_PATH, chat(TOKENS));
      tokens += v.parse(ANSWER, JSON.parse(text)).usage.completion_tokens;
      answersMs.push(durationMs);
    } while (performance.now() < endMs);
  };
  await Promise.all(Array.from({ length: clients }, client));
  const tookS = (performance.now() - startMs) / 1000;
  return {
    requestsPerS: answersMs.length / tookS,
    tokensPerS: tokens / tookS,
    answerMs: summarise(answersMs),
  };
}
