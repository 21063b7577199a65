import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { PageFile } from '../../../src/serve/page-files.js';
import { closeServer } from '../../support/close-server.js';

/** What the page sent for an answer. */
export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly stream: boolean;
}

type Answer = (response: ServerResponse, request: ChatRequest) => Promise<void> | void;

/** A server of the API as the page uses it, which answers as a test wants it to. */
export class FakeServer {
  models: readonly string[] = ['small', 'large'];
  /** Undefined: it asks for none. */
  key: string | undefined;
  answer: Answer = () => undefined;
  readonly requests: ChatRequest[] = [];
  /** Answers whose client went before they had ended. */
  cancelledCount = 0;
  readonly #server: Server;

  constructor(files: ReadonlyMap<string, PageFile>) {
    this.#server = createServer((request, response) => {
      const file = files.get(request.url!);
      if (file) response.writeHead(200, file.headers).end(file.body);
      else void this.#serve(request, response);
    });
  }

  /** Its URL, once it listens. */
  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  async close(): Promise<void> {
    await closeServer(this.#server);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const isAllowed =
      this.key === undefined || request.headers.authorization === `Bearer ${this.key}`;
    if (!isAllowed) {
      sendError(response, 401, 'Invalid API Key');
    } else if (request.url === '/v1/models') {
      const data = this.models.map((id) => ({ id, object: 'model' }));
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ object: 'list', data }));
    } else if (request.url === '/v1/chat/completions') {
      const parts = (await request.toArray()) as Buffer[];
      const asked = JSON.parse(Buffer.concat(parts).toString()) as ChatRequest;
      this.requests.push(asked);
      response.once('close', () => {
        if (!response.writableEnded) this.cancelledCount += 1;
      });
      await this.answer(response, asked);
    } else {
      sendError(response, 404, 'File Not Found');
    }
  }
}

export function sendError(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ error: { code: status, message, type: 'test_error' } }));
}

/** An event of the stream with a piece of an answer. */
export function pieceEvent(delta: object, finishReason: string | null = null): string {
  const choices = [{ index: 0, delta, finish_reason: finishReason }];
  return `data: ${JSON.stringify({ object: 'chat.completion.chunk', choices })}\n\n`;
}

const TIMINGS = { predicted_n: 42, predicted_per_second: 12.34 };

/** How llama.cpp's server ends a stream. */
export const END =
  pieceEvent({}, 'stop') +
  `data: ${JSON.stringify({ choices: [], usage: { completion_tokens: 42 }, timings: TIMINGS })}\n\n` +
  'data: [DONE]\n\n';

export function startStream(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.flushHeaders();
}

/** Sends a whole answer, a few bytes at a time: cut within characters, lines and events. */
export async function sendInPieces(
  response: ServerResponse,
  stream: string,
  length: number,
): Promise<void> {
  startStream(response);
  const bytes = Buffer.from(stream);
  for (let offset = 0; offset < bytes.length; offset += length) {
    response.write(bytes.subarray(offset, offset + length));
    await new Promise(setImmediate);
  }
  response.end();
}

/** An answer with that text, a word at a time. */
export function answerOf(text: string, reasoning?: string): string {
  const thought = reasoning === undefined ? '' : pieceEvent({ reasoning_content: reasoning });
  const words = text.match(/\s*\S+\s*/g) ?? [];
  return thought + words.map((content) => pieceEvent({ content })).join('') + END;
}
