import * as v from 'valibot';
import { object, tryJson, wholeNumber } from '../../json.js';

/** More than any context has; what a guest says is not believed in every case. */
const MAX_TOKENS = 1e9;

const count = v.nullish(wholeNumber(0, MAX_TOKENS));

/** OpenAI's names, and Anthropic's and those of OpenAI's responses. */
const USAGE = object({
  prompt_tokens: count,
  completion_tokens: count,
  input_tokens: count,
  cache_read_input_tokens: count,
  output_tokens: count,
});

const TIMINGS = object({ prompt_n: count, cache_n: count, predicted_n: count });

const ANSWER = object({
  usage: v.nullish(USAGE),
  /** Of the event that begins a message, in Anthropic's API. */
  message: v.nullish(object({ usage: v.nullish(USAGE) })),
  /** Of the event that ends a response, in OpenAI's. */
  response: v.nullish(object({ usage: v.nullish(USAGE) })),
  /** llama-server adds them to the last event of a stream, which has no usage unless it is asked for. */
  timings: v.nullish(TIMINGS),
});

const DATA = 'data:';

/** Reads from answers how many tokens the prompt had, and the answer. */
export class TokenCounter {
  promptTokens: number | undefined;
  answerTokens: number | undefined;

  /** Takes one or more whole events of a stream. */
  takeEvents(events: Buffer): void {
    // Nearly all of them have neither, and need not be parsed.
    if (!events.includes('"usage"') && !events.includes('"timings"')) return;
    for (const line of events.toString('utf8').split('\n')) {
      if (line.startsWith(DATA)) this.takeAnswer(line.slice(DATA.length));
    }
  }

  /** Takes an answer, or the data of an event. */
  takeAnswer(text: string): void {
    const answer = tryJson(ANSWER, text);
    if (!answer) return;
    const { timings } = answer;
    if (timings) this.#take((timings.prompt_n ?? 0) + (timings.cache_n ?? 0), timings.predicted_n);
    for (const usage of [answer.usage, answer.message?.usage, answer.response?.usage]) {
      if (!usage) continue;
      const input = usage.input_tokens;
      this.#take(
        usage.prompt_tokens ??
          (input == null ? undefined : input + (usage.cache_read_input_tokens ?? 0)),
        usage.completion_tokens ?? usage.output_tokens,
      );
    }
  }

  #take(promptTokens: number | null | undefined, answerTokens: number | null | undefined): void {
    this.promptTokens = promptTokens ?? this.promptTokens;
    this.answerTokens = answerTokens ?? this.answerTokens;
  }
}
