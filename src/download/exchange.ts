import type { IncomingHttpHeaders } from 'node:http';
import { errors } from 'undici';
import type { Dispatcher } from 'undici';
import { AnswerBody } from './answer-body.js';
import type { Flow, FlowOptions } from './connections.js';

export interface ExchangeOptions {
  readonly method: 'GET' | 'HEAD';
  readonly headers: Record<string, string>;
  readonly signal?: AbortSignal | undefined;
  readonly stallTimeoutMs: number;
}

/** An answer of which the headers are there. */
export interface Exchanged {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: AnswerBody;
  /** Ends the connection unless all of the body has come. */
  readonly abort: () => void;
}

/**
 * Sends one request over connections of `openConnections`.
 *
 * @throws undici's and the system's errors as they are, also when it is cancelled
 */
export async function exchange(
  connections: Dispatcher,
  url: URL,
  options: ExchangeOptions,
): Promise<Exchanged> {
  const { method, headers, signal } = options;
  return new Promise<Exchanged>((resolve, reject) => {
    const receiver = new Receiver(options, resolve, reject);
    const request: FlowOptions = {
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method,
      headers,
      onFlow: (flow) => {
        receiver.flow = flow;
      },
    };
    signal?.addEventListener('abort', receiver.abort);
    connections.dispatch(request, receiver);
  });
}

class Receiver implements Dispatcher.DispatchHandler {
  /** Set before the request is sent. */
  flow: Flow | undefined;
  readonly #body: AnswerBody;
  #controller: Dispatcher.DispatchController | undefined;
  #isAborted = false;

  constructor(
    private readonly options: ExchangeOptions,
    private readonly resolve: (exchanged: Exchanged) => void,
    private readonly reject: (error: Error) => void,
  ) {
    this.#body = new AnswerBody({
      stallTimeoutMs: options.stallTimeoutMs,
      hold: () => this.flow?.hold(),
      release: () => this.flow?.release(),
    });
  }

  readonly abort = (): void => {
    if (this.#isAborted || this.#body.hasEnded) return;
    this.#isAborted = true;
    const reason = new errors.RequestAbortedError();
    this.#controller?.abort(reason);
    // There may be no connection yet.
    this.onResponseError(undefined, reason);
  };

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#isAborted) controller.abort(new errors.RequestAbortedError());
  }

  onResponseStart(
    _: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
  ): void {
    if (status < 200) return;
    if (this.flow === undefined) throw new Error('the connection of a request is unknown');
    this.resolve({ status, headers, body: this.#body, abort: this.abort });
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Uint8Array): void {
    this.#body.push(chunk);
  }

  onResponseEnd(): void {
    this.#end();
  }

  onResponseError(_: unknown, error: Error): void {
    this.#end(error);
    this.reject(error);
  }

  #end(error?: Error): void {
    this.#body.end(error);
    // The connection may serve another by now.
    this.flow = undefined;
    this.options.signal?.removeEventListener('abort', this.abort);
  }
}
