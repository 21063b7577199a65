import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Intercept } from './served-bytes.js';

/** What goes wrong with one answer of a server of models. */
export type Affliction =
  | { readonly kind: 'status'; readonly status: number; readonly retryAfter?: string | undefined }
  /** A page that asks to log in, with status 200. */
  | { readonly kind: 'page' }
  /** The connection is reset before the answer. */
  | { readonly kind: 'reset' }
  /** The answer never comes. */
  | { readonly kind: 'stall' }
  /** A part of the answer comes, and then the connection ends. */
  | { readonly kind: 'cut'; readonly part: number }
  /** A part of the answer comes, as if it were all. */
  | { readonly kind: 'short'; readonly part: number }
  /** One byte is another. */
  | { readonly kind: 'corrupt'; readonly part: number };

/** Lets the faults that it is told befall the answers of a server. */
export const afflicted =
  (choose: (request: IncomingMessage) => Affliction | undefined): Intercept =>
  (request, response) => {
    const fault = choose(request);
    if (!fault) return false;
    switch (fault.kind) {
      case 'status': {
        const { status, retryAfter } = fault;
        response.writeHead(status, retryAfter === undefined ? {} : { 'retry-after': retryAfter });
        response.end('<html>no</html>');
        return true;
      }
      case 'page':
        response.writeHead(200, { 'content-type': 'text/html' });
        response.end('<!doctype html><title>Log in</title>');
        return true;
      case 'reset':
        response.socket?.resetAndDestroy();
        return true;
      case 'stall':
        return true;
      default:
        changeBody(response, fault);
        return false;
    }
  };

function changeBody(
  response: ServerResponse,
  fault: Extract<Affliction, { readonly part: number }>,
): void {
  const end = response.end.bind(response) as (body?: Uint8Array) => ServerResponse;
  response.end = ((body?: string | Uint8Array) => {
    const bytes = Buffer.from(body ?? '');
    const at = Math.floor(bytes.length * fault.part);
    if (fault.kind === 'corrupt') {
      if (bytes.length > 0) bytes[at]! ^= 0x55;
      return end(bytes);
    }
    if (fault.kind === 'short') return end(bytes.subarray(0, at));
    response.flushHeaders();
    response.write(bytes.subarray(0, at), () => response.socket?.end());
    return response;
  }) as ServerResponse['end'];
}
