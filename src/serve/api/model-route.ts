import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { untilAborted, whenAborted } from '../../host/until-aborted.js';
import type { Backend } from '../backend.js';
import { ApiError } from './api-error.js';
import { askMachine } from './ask-machine.js';
import type { MachineAnswer } from './ask-machine.js';
import { untilOver } from './client-gone.js';
import { collect } from './collect.js';
import { errorEvent } from './error-shape.js';
import type { ApiDialect } from './error-shape.js';
import { wholeEvents } from './event-errors.js';
import { findModel } from './find-model.js';
import { answerFor, isAnswerStatus, isEventStream } from './machine-answer.js';
import type { MachineAgent } from './machine-agent.js';
import { readModelRequest } from './model-request.js';
import type { RequestLog } from './request-log.js';
import type { RequestQueues } from './request-queue.js';
import type { TokenCounter } from './token-counter.js';
import { answerLost, machineGone, noMachine } from './what-failed.js';

/** An answer that is no stream is looked at as a whole unless it is longer. */
const MAX_COLLECTED_BYTES = 8 << 20;

export interface ModelRouteParts {
  readonly backend: Backend;
  readonly agent: MachineAgent;
  readonly queues: RequestQueues;
  readonly log: RequestLog;
  readonly onError: (error: unknown) => void;
}

/** Where a request goes, and how its client speaks. */
interface Target {
  readonly model: string;
  readonly path: string;
  readonly dialect: ApiDialect;
  readonly tokens: TokenCounter;
  /** When it was asked, by `performance.now()`. */
  readonly sinceMs: number;
}

/** Answers requests for models with what their machines answer. */
export class ModelRoute {
  readonly #parts: ModelRouteParts;

  constructor(parts: ModelRouteParts) {
    this.#parts = parts;
  }

  /** Handles a request; it is over when this resolves. @throws ApiError */
  async handle(
    request: FastifyRequest,
    reply: FastifyReply,
    route: { readonly path: string; readonly dialect: ApiDialect },
  ): Promise<FastifyReply> {
    const { backend, log, queues } = this.#parts;
    const { bytes, model: asked } = readModelRequest(request.body);
    const over = untilOver(request, reply);
    const { name: model } = findModel(await backend.models(), asked);
    log.setModel(request, model);
    const sinceMs = performance.now();
    const target = { ...route, model, tokens: log.tokensOf(request), sinceMs };
    try {
      await queues.run(model, over, () => this.#answer(reply, bytes, target, over));
    } catch (error) {
      // Nobody hears of it any more: the answer has been given, or the client has gone.
      if (!over.aborted) throw error;
      if (!reply.sent) reply.hijack();
    }
    return reply;
  }

  async #answer(
    reply: FastifyReply,
    body: Buffer,
    target: Target,
    over: AbortSignal,
  ): Promise<void> {
    const { backend, agent, onError } = this.#parts;
    const { model, path, sinceMs } = target;
    let lease;
    try {
      lease = await backend.lease(model, over, sinceMs);
    } catch (error) {
      if (!over.aborted) onError(error);
      throw noMachine(model, error);
    }
    const upstream = agent.lend(lease);
    // At once: the machine stops when it sees that nobody listens.
    over.addEventListener('abort', upstream.end);
    try {
      over.throwIfAborted();
      const answer = await untilAborted(askMachine(reply, { url: upstream.url, path, body }), over);
      await this.#send(reply, answer, target, over);
      await whenAborted(over);
    } catch (error) {
      if (error instanceof ApiError || over.aborted) throw error;
      onError(answerLost(model, error));
      throw machineGone(model, error);
    } finally {
      over.removeEventListener('abort', upstream.end);
      upstream.end();
    }
  }

  async #send(
    reply: FastifyReply,
    answer: MachineAnswer,
    target: Target,
    over: AbortSignal,
  ): Promise<void> {
    const { status, contentType, stream } = answer;
    const { model, dialect, tokens } = target;
    if (!isAnswerStatus(status)) {
      throw new ApiError(502, `the machine of ${model} answered with status ${status}`);
    }
    if (isEventStream(contentType)) {
      const events = wholeEvents(stream, (error) => {
        if (!over.aborted) this.#parts.onError(answerLost(model, error));
        return errorEvent(machineGone(model, error), dialect);
      });
      reply.code(status).type('text/event-stream; charset=utf-8');
      void reply.send(Readable.from(counted(events, tokens), { objectMode: false }));
      return;
    }
    const body = await collect(stream, MAX_COLLECTED_BYTES);
    if (!Buffer.isBuffer(body)) {
      reply.code(status).type('application/json; charset=utf-8');
      void reply.send(Readable.from(body, { objectMode: false }));
      return;
    }
    const sent = answerFor({ status, body }, dialect, model);
    tokens.takeAnswer(body.toString('utf8'));
    reply.code(sent.status).type('application/json; charset=utf-8');
    void reply.send(sent.body);
  }
}

async function* counted(
  events: AsyncIterable<Buffer>,
  tokens: TokenCounter,
): AsyncGenerator<Buffer> {
  for await (const bytes of events) {
    tokens.takeEvents(bytes);
    yield bytes;
  }
}
