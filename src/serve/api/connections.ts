import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Clients' connections, on which requests are handled one after the other: of requests that a client sends
 * without waiting for answers (pipelining), those that must wait for earlier answers would hold machines, and
 * Node does not tell them when the client goes.
 */
export class Connections {
  readonly #last = new WeakMap<Socket, { readonly over: Promise<void>; isOver: boolean }>();

  /** Waits until all earlier requests of the connection are over. */
  async turn(socket: Socket, response: ServerResponse): Promise<void> {
    const before = this.#last.get(socket);
    const over = new Promise<void>((resolve) => {
      response.once('close', () => {
        mine.isOver = true;
        resolve();
      });
    });
    const mine = { over, isOver: false };
    this.#last.set(socket, mine);
    await before?.over;
  }

  /** Whether a request has come on it that is not over. */
  isAnswering(socket: Socket): boolean {
    return this.#last.get(socket)?.isOver === false;
  }
}
