import { Agent, request } from 'node:http';
import type { IncomingMessage, RequestOptions } from 'node:http';

/** Where a server is asked: its address, or what makes a connection to it. */
export type Place = Pick<RequestOptions, 'host' | 'port' | 'createConnection' | 'agent'>;

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly durationMs: number;
  /** When a piece of text of the model had come, in a stream. */
  readonly firstTokenMs: number | undefined;
}

/** The address of a server, with connections that are kept. */
export function placeOf(url: string): Place {
  const { hostname, port } = new URL(url);
  return { host: hostname, port, agent: new Agent({ keepAlive: true }) };
}

/** In the stream of a chat: a piece of its text, which is not empty. */
const PIECE = /"content":\s*"[^"]/;

/** Sends a request, and reads the answer to its end. */
export function ask(place: Place, path: string, body: object): Promise<Answer> {
  const startMs = performance.now();
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' };
    const sent = request({ ...place, path, method: 'POST', headers }, (response) => {
      read(response, startMs).then(resolve, reject);
    });
    sent.on('error', reject);
    sent.end(JSON.stringify(body));
  });
}

async function read(response: IncomingMessage, startMs: number): Promise<Answer> {
  let text = '';
  let firstTokenMs: number | undefined;
  for await (const bytes of response as AsyncIterable<Buffer>) {
    text += bytes.toString();
    if (firstTokenMs === undefined && PIECE.test(text)) firstTokenMs = performance.now() - startMs;
  }
  return {
    status: response.statusCode!,
    text,
    durationMs: performance.now() - startMs,
    firstTokenMs,
  };
}

/** As {@link ask}. @throws Error with what came when that is no answer */
export async function mustAnswer(place: Place, path: string, body: object): Promise<Answer> {
  const answer = await ask(place, path, body);
  if (answer.status === 200) return answer;
  throw new Error(`${path} was answered with status ${answer.status}: ${answer.text}`);
}

export const CHAT_PATH = '/v1/chat/completions';

/** The same request for all: with the model's likeliest answer, of so many tokens. */
export const chat = (tokens: number, stream = false): object => ({
  model: 'zosia-tiny',
  messages: [{ role: 'user', content: 'Tell me a story about a fox.' }],
  max_tokens: tokens,
  temperature: 0,
  ignore_eos: true,
  stream,
});
