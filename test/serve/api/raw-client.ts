import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { vi } from 'vitest';

/** A connection that says what no client of HTTP would. */
export class RawClient {
  readonly socket: Socket;
  received = '';
  readonly closed: Promise<unknown>;

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1');
    this.socket.setEncoding('latin1');
    this.socket.on('data', (text: string) => (this.received += text));
    this.socket.on('error', () => undefined);
    this.closed = once(this.socket, 'close');
  }

  /** Resolves when it is on its way. */
  send(text: string): Promise<void> {
    return new Promise((resolve) => {
      this.socket.write(text, () => {
        resolve();
      });
    });
  }
}

/** A request, as text. */
export function requestText(
  path: string,
  body: unknown,
  headers: readonly string[] = ['host: localhost'],
): string {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return [
    `POST ${path} HTTP/1.1`,
    ...headers,
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(text)}`,
    '',
    text,
  ].join('\r\n');
}

/** Waits for what comes about soon, on a busy host as well. */
export const eventually = <T>(check: () => T | Promise<T>): Promise<T> =>
  vi.waitFor(check, { timeout: 10_000, interval: 10 });
