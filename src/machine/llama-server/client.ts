import { Agent, request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { serverFailed } from './failures.js';

const MAX_HEADER_BYTES = 16 << 10;

/** A reply of which the head has come. */
export interface Reply {
  readonly status: number;
  /** The body as it comes; who leaves off before its end gives up the connection. */
  readonly body: AsyncIterable<Uint8Array>;
}

/**
 * HTTP/1.1 with a server at the other end of streams, as a virtual machine's port has them: no name is looked
 * up, and no network is touched.
 */
export class ServerClient {
  readonly #agent: Agent;

  /** @param connect makes a connection; each request has one of its own */
  constructor(connect: () => Duplex) {
    this.#agent = new StreamAgent(connect);
  }

  /**
   * Sends a request, with a body when there is one, and waits for the reply's head.
   *
   * @throws ZosiaError `ZOSIA_SERVER_FAILED` when none comes; the reason of `signal`; so does the body
   */
  async send(path: string, body?: unknown, signal?: AbortSignal): Promise<Reply> {
    signal?.throwIfAborted();
    try {
      const response = await this.#exchange(path, body, signal);
      return { status: response.statusCode!, body: bytesOf(response, signal) };
    } catch (error) {
      throw whatFailed(error, signal);
    }
  }

  #exchange(path: string, body: unknown, signal?: AbortSignal): Promise<IncomingMessage> {
    const bytes = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    return new Promise((resolve, reject) => {
      const sent = request({
        agent: this.#agent,
        method: bytes ? 'POST' : 'GET',
        path,
        headers: {
          // Node looks whether a name is an address of IPv6 by an expression that takes 10 ms to compile.
          host: '127.0.0.1',
          ...(bytes && { 'content-type': 'application/json', 'content-length': bytes.length }),
        },
        maxHeaderSize: MAX_HEADER_BYTES,
        ...(signal && { signal }),
      });
      sent.on('response', resolve);
      // Stays: what goes wrong later is reported here as well as by the body.
      sent.on('error', reject);
      sent.on('upgrade', (_, socket) => {
        socket.destroy();
        reject(new Error('it wants to speak another protocol'));
      });
      sent.end(bytes);
    });
  }
}

/** Makes connections that are streams. */
class StreamAgent extends Agent {
  readonly #connect: () => Duplex;

  constructor(connect: () => Duplex) {
    super({ keepAlive: false });
    this.#connect = connect;
  }

  override createConnection(): Duplex {
    return this.#connect();
  }
}

async function* bytesOf(
  response: IncomingMessage,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const bytes of response as AsyncIterable<Buffer>) yield bytes;
  } catch (error) {
    throw whatFailed(error, signal);
  }
}

function whatFailed(error: unknown, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted) return signal.reason;
  return serverFailed(error instanceof Error ? error.message : String(error), error);
}

/**
 * The text of a body.
 *
 * @throws ZosiaError `ZOSIA_SERVER_FAILED` when it is longer than that, or does not come
 */
export async function readText({ body }: Reply, maxBytes: number): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of body) {
    parts.push(part);
    size += part.length;
    if (size > maxBytes) throw serverFailed('a reply does not come to its end');
  }
  return Buffer.concat(parts).toString('utf8');
}
