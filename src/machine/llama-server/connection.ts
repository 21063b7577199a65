import { Agent, request } from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
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
 * HTTP/1.1 with a server at the other end of a stream, as the port of a virtual machine is one: no name is
 * looked up, and no network is touched. One request follows another; each needs the reply before it to
 * have been read to its end. A request that fails, and a server that says it will not go on (llama-server
 * after a reply of status 400), close the stream.
 *
 * llama-server hangs up without a word after a reply in pieces, and some seconds after any other. What
 * relays the stream to it connects anew for the next request.
 */
export class ServerConnection {
  readonly #port: Duplex;
  readonly #agent: Agent;

  /** @param port belongs to this connection from now on */
  constructor(port: Duplex) {
    this.#port = port;
    this.#agent = new PortAgent(port);
  }

  /**
   * Sends a request, with a body when there is one, and waits for the reply's head.
   *
   * @throws ZosiaError `ZOSIA_SERVER_FAILED` when none comes; the reason of `signal`; so does the body
   */
  async send(path: string, body?: unknown, signal?: AbortSignal): Promise<Reply> {
    signal?.throwIfAborted();
    if (this.#port.destroyed || !this.#port.writable) throw serverFailed('it has hung up');
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

/** Makes all connections over one stream, which is to outlive a request. */
class PortAgent extends Agent {
  readonly #port: Duplex;

  constructor(port: Duplex) {
    super({ keepAlive: true, maxSockets: 1 });
    this.#port = port;
  }

  override createConnection(): Duplex {
    return this.#port;
  }

  /** Keeps it, however soon llama-server says it will hang up. */
  override keepSocketAlive(): boolean {
    return true;
  }

  override reuseSocket(port: Duplex, sent: ClientRequest): void {
    // Newer versions of Node.js guard a socket that is not in use; nothing is done to another stream.
    if (port instanceof Socket) super.reuseSocket(port, sent);
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
