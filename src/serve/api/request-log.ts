import type { FastifyReply, FastifyRequest } from 'fastify';
import { TokenCounter } from './token-counter.js';

/** What is told of a request that is over: nothing of its contents, its key, or its query. */
export interface RequestRecord {
  readonly method: string;
  /** The route, as /v1/models/*; undefined where there is none. */
  readonly route: string | undefined;
  /** The model that was meant, by its name. */
  readonly model: string | undefined;
  /** What was answered; 499 when the client went before that. */
  readonly status: number;
  /** Whether the client was there until the end. */
  readonly isComplete: boolean;
  readonly durationMs: number;
  /** Tokens of the prompt and the answer, where the answer has told them. */
  readonly promptTokens: number | undefined;
  readonly answerTokens: number | undefined;
}

/** Of a client that has gone, as nginx has it. */
const CLIENT_GONE = 499;

/** Gathers what will be told of requests. */
export class RequestLog {
  readonly #notes = new WeakMap<FastifyRequest, { model?: string; tokens: TokenCounter }>();

  /** @param tell called once the request is over */
  follow(
    request: FastifyRequest,
    reply: FastifyReply,
    tell: (record: RequestRecord) => void,
  ): void {
    const startedMs = performance.now();
    const notes = this.#of(request);
    const { raw } = reply;
    raw.once('close', () => {
      tell({
        method: request.method,
        route: request.routeOptions.url,
        model: notes.model,
        status: raw.headersSent ? raw.statusCode : CLIENT_GONE,
        isComplete: raw.writableFinished,
        durationMs: performance.now() - startedMs,
        promptTokens: notes.tokens.promptTokens,
        answerTokens: notes.tokens.answerTokens,
      });
    });
  }

  setModel(request: FastifyRequest, model: string): void {
    this.#of(request).model = model;
  }

  tokensOf(request: FastifyRequest): TokenCounter {
    return this.#of(request).tokens;
  }

  #of(request: FastifyRequest): { model?: string; tokens: TokenCounter } {
    let notes = this.#notes.get(request);
    if (!notes) {
      notes = { tokens: new TokenCounter() };
      this.#notes.set(request, notes);
    }
    return notes;
  }
}
