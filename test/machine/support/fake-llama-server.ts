import { Duplex } from 'node:stream';

export interface FakeRequest {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
}

/** What is sent back, in pieces; undefined among them hangs up. */
type Answer = (request: FakeRequest) => Iterable<string | undefined>;

/** A server that says, in bytes, whatever a test wants. */
export class FakeLlamaServer {
  readonly requests: FakeRequest[] = [];
  readonly connections: Duplex[] = [];

  constructor(private readonly answer: Answer) {}

  readonly connect = (): Duplex => {
    const connection = new FakeConnection((request) => {
      this.requests.push(request);
      return this.answer(request);
    });
    this.connections.push(connection);
    return connection;
  };
}

class FakeConnection extends Duplex {
  #received = Buffer.alloc(0);

  constructor(private readonly answer: Answer) {
    super({ allowHalfOpen: false });
  }

  override _final(done: () => void): void {
    done();
    this.destroy();
  }

  override _read(): void {
    // Replies are pushed as requests come.
  }

  override _write(bytes: Buffer, _encoding: string, done: () => void): void {
    this.#received = Buffer.concat([this.#received, bytes]);
    this.#answer();
    done();
  }

  #answer(): void {
    const head = /^(\w+) (\S+) HTTP\/1\.1\r\n.*?\r\n\r\n/s.exec(this.#received.toString('latin1'));
    if (!head) return;
    const length = Number(/^content-length: (\d+)/im.exec(head[0])?.[1] ?? 0);
    const end = head[0].length + length;
    if (this.#received.length < end) return;
    const text = this.#received.subarray(head[0].length, end).toString();
    this.#received = this.#received.subarray(end);
    const request = {
      method: head[1]!,
      path: head[2]!,
      body: text === '' ? undefined : (JSON.parse(text) as unknown),
    };
    for (const piece of this.answer(request)) {
      if (this.destroyed) return;
      this.push(piece === undefined ? null : Buffer.from(piece));
    }
  }
}

/** A whole reply, as llama-server words it. */
export function jsonReply(value: unknown, status = 200): string {
  return reply(JSON.stringify(value), status);
}

export function reply(body: string, status = 200): string {
  const length = Buffer.byteLength(body);
  return `HTTP/1.1 ${status} Whatever\r\nContent-Length: ${length}\r\nKeep-Alive: timeout=5, max=100\r\n\r\n${body}`;
}

export const EVENTS_HEAD =
  'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n';

export function chunk(text: string): string {
  return `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
}

export const LAST_CHUNK = '0\r\n\r\n';

export const event = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;
