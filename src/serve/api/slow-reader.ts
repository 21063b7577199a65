import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Cuts a client off that takes nothing of an answer for so long: a machine waits for it. One that waits for
 * the machine may be silent for as long as it likes.
 */
export function cutSlowReader(response: ServerResponse, stallTimeoutMs: number): void {
  response.setTimeout(stallTimeoutMs);
  response.on('timeout', (socket: Socket) => {
    if (socket.writableLength > 0) socket.destroy();
    else socket.setTimeout(stallTimeoutMs);
  });
}
