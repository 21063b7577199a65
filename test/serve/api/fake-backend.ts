import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { ZosiaError } from '../../../src/errors.js';
import type { Backend, Lease, MachineState, ServedModel } from '../../../src/serve/backend.js';
import { closeServer } from '../../support/close-server.js';

/** What was asked of a machine. */
export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

export const model = (name: string, ...aliases: string[]): ServedModel => ({
  name,
  aliases,
  created: 1_700_000_000.5,
  sizeBytes: 1000,
});

const TEXT = ['Once', ' upon', ' a', ' time'];
const USAGE = { prompt_tokens: 5, completion_tokens: TEXT.length, total_tokens: 9 };

/** A connection that is no socket, as those over a machine's port are none. */
function plainStream(socket: Socket): Duplex {
  const stream: Duplex = new Duplex({
    allowHalfOpen: false,
    read: () => socket.resume(),
    write: (bytes, _encoding, done) => socket.write(bytes as Buffer, done),
    final: (done) => {
      done();
      stream.destroy();
    },
    destroy: (error, done) => {
      socket.destroy();
      done(error);
    },
  });
  socket.on('data', (bytes) => {
    if (!stream.push(bytes)) socket.pause();
  });
  socket.on('end', () => stream.push(null));
  socket.on('error', (error) => stream.destroy(error));
  return stream;
}

/** Models in machines that are one server of HTTP, which answers as llama-server does. */
export class FakeBackend implements Backend {
  readonly asked: Asked[] = [];
  served = [model('tiny')];
  taken = 0;
  released = 0;
  /** Connections to the server now, and the most requests that it had at once. */
  readonly sockets = new Set<Socket>();
  answering = 0;
  mostAnswering = 0;
  /** Thrown instead of lending. */
  failure: Error | undefined;
  /** How long an answer, or each piece of one, takes, in ms. */
  delayMs = 0;
  /** Answers instead. */
  handle: ((request: Asked, response: ServerResponse) => void) | undefined;
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => void this.#serve(request, response));
    this.#server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
    });
  }

  async start(): Promise<this> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }

  close(): Promise<void> {
    return closeServer(this.#server);
  }

  models(): Promise<readonly ServedModel[]> {
    return Promise.resolve(this.served);
  }

  stateOf(): MachineState {
    return this.taken > this.released ? 'answering' : 'asleep';
  }

  lease(name: string, signal: AbortSignal): Promise<Lease> {
    signal.throwIfAborted();
    if (this.failure) return Promise.reject(this.failure);
    if (!this.served.some((each) => each.name === name)) {
      return Promise.reject(new ZosiaError('ZOSIA_MODEL_NOT_SERVED', `there is no ${name}`));
    }
    this.taken++;
    return Promise.resolve({
      connect: () =>
        plainStream(connect((this.#server.address() as AddressInfo).port, '127.0.0.1')),
      release: () => this.released++,
    });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const { method, url, headers } = request;
    const asked = { method: method!, url: url!, headers, body: Buffer.concat(parts) };
    this.asked.push(asked);
    this.mostAnswering = Math.max(this.mostAnswering, ++this.answering);
    response.once('close', () => this.answering--);
    if (this.handle) this.handle(asked, response);
    else await this.#answer(asked, response);
  }

  async #answer({ url, body }: Asked, response: ServerResponse): Promise<void> {
    const { stream } = JSON.parse(body.toString()) as { stream?: boolean };
    const pause = () => new Promise((resolve) => setTimeout(resolve, this.delayMs));
    if (!stream) {
      await pause();
      response.setHeader('content-type', 'application/json; charset=utf-8');
      response.setHeader('set-cookie', 'a=b');
      response.end(JSON.stringify(ANSWERS[url]));
      return;
    }
    response.setHeader('content-type', 'text/event-stream');
    for (const event of url === '/v1/messages' ? messageEvents() : chatEvents()) {
      await pause();
      response.write(event);
    }
    response.end();
  }
}

const chatChunk = (delta: object, finish: string | null = null): string =>
  `data: ${JSON.stringify({
    choices: [{ finish_reason: finish, index: 0, delta }],
    created: 1,
    id: 'chatcmpl-1',
    model: 'tiny',
    object: 'chat.completion.chunk',
    ...(finish && { timings: { prompt_n: 4, cache_n: 1, predicted_n: TEXT.length } }),
  })}\n\n`;

/** A chat as llama-server streams it. */
export const chatEvents = (): string[] => [
  chatChunk({ role: 'assistant', content: null }),
  ...TEXT.map((content) => chatChunk({ content })),
  chatChunk({}, 'stop'),
  'data: [DONE]\n\n',
];

const event = (type: string, data: object): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`;

const MESSAGE = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'tiny',
  stop_reason: null,
  stop_sequence: null,
};

const messageEvents = (): string[] => [
  event('message_start', {
    message: { ...MESSAGE, content: [], usage: { input_tokens: 5, output_tokens: 0 } },
  }),
  event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
  ...TEXT.map((text) =>
    event('content_block_delta', { index: 0, delta: { type: 'text_delta', text } }),
  ),
  event('content_block_stop', { index: 0 }),
  event('message_delta', {
    delta: { stop_reason: 'end_turn', stop_sequence: null },
    usage: { output_tokens: TEXT.length },
  }),
  event('message_stop', {}),
];

const ANSWERS: Readonly<Record<string, object>> = {
  '/v1/chat/completions': {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model: 'tiny',
    choices: [
      { index: 0, finish_reason: 'stop', message: { role: 'assistant', content: TEXT.join('') } },
    ],
    usage: USAGE,
  },
  '/v1/completions': {
    id: 'cmpl-1',
    object: 'text_completion',
    choices: [{ index: 0, text: TEXT.join(''), finish_reason: 'stop', logprobs: null }],
    usage: USAGE,
  },
  '/v1/responses': {
    id: 'resp_1',
    object: 'response',
    status: 'completed',
    output: [
      {
        type: 'message',
        role: 'assistant',
        content: [{ type: 'output_text', text: TEXT.join(''), annotations: [] }],
      },
    ],
    usage: { input_tokens: 5, output_tokens: 4, total_tokens: 9 },
  },
  '/v1/embeddings': {
    object: 'list',
    data: [{ object: 'embedding', index: 0, embedding: [0.5, -0.25] }],
    usage: { prompt_tokens: 5, total_tokens: 5 },
  },
  '/v1/rerank': { object: 'list', results: [{ index: 0, relevance_score: 0.5 }] },
  '/v1/messages': {
    ...MESSAGE,
    content: [{ type: 'text', text: TEXT.join('') }],
    stop_reason: 'end_turn',
    usage: { input_tokens: 5, output_tokens: TEXT.length },
  },
  '/v1/messages/count_tokens': { input_tokens: 5 },
};
