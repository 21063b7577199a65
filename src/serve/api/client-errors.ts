import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { ApiError } from './api-error.js';
import { errorBody } from './error-shape.js';

const ERRORS: Readonly<Record<string, readonly [status: number, message: string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'the headers of the request are too long'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, 'the chunk extensions of the request are too long'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'the request took too long to come'],
};

/**
 * Answers what is no HTTP, and ends the connection.
 *
 * @param isAnswering whether an answer is under way, into the middle of which nothing can be said
 */
export function answerClientError(
  { code }: { readonly code?: string },
  socket: Socket,
  isAnswering: boolean,
): void {
  if (code === 'ECONNRESET' || !socket.writable || isAnswering) {
    socket.destroy();
    return;
  }
  const [status, message] = ERRORS[code ?? ''] ?? [400, 'the request is not HTTP as it should be'];
  const body = JSON.stringify(errorBody(new ApiError(status, message), 'openai'));
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]!}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => {
    socket.destroy();
  });
}
