import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { closeServer } from '../close-server.js';

/** A server of models of a test, on 127.0.0.1. */
export interface ModelServer {
  readonly url: URL;
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  /** What has been asked so far: `GET /path?query`. */
  readonly requests: string[];
  /** Headers of the same requests. */
  readonly headers: IncomingMessage['headers'][];
  close(): Promise<void>;
}

/** Answers a request in a server's place, for faults; returns whether it did. */
export type Intercept = (request: IncomingMessage, response: ServerResponse) => boolean;

export async function startServer(
  answer: (request: IncomingMessage, response: ServerResponse, url: URL) => void,
  intercept: Intercept = () => false,
): Promise<ModelServer> {
  const requests: string[] = [];
  const headers: IncomingMessage['headers'][] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method!} ${request.url!}`);
    headers.push(request.headers);
    if (intercept(request, response)) return;
    answer(request, response, new URL(request.url!, `http://${request.headers.host!}`));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: new URL(`http://${host}`),
    host,
    requests,
    headers,
    close: () => closeServer(server),
  };
}

/** Serves bytes with an ETag, whole or the one range that is asked for (RFC 9110, section 14), unless If-Range differs. */
export function serveBytes(
  request: IncomingMessage,
  response: ServerResponse,
  bytes: Uint8Array,
): void {
  const etag = `"${sha256(bytes)}"`;
  const headers = { etag, 'accept-ranges': 'bytes', 'content-type': 'application/octet-stream' };
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
  const isSame = (request.headers['if-range'] ?? etag) === etag;
  const first = Number(range?.[1] ?? 0);
  const last = Math.min(Number(range?.[2] || bytes.length - 1), bytes.length - 1);
  const isPart = range !== null && isSame;
  if (isPart && first >= bytes.length) {
    response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end();
    return;
  }
  const body = isPart ? bytes.subarray(first, last + 1) : bytes;
  response.writeHead(isPart ? 206 : 200, {
    ...headers,
    'content-length': body.length,
    ...(isPart && { 'content-range': `bytes ${first}-${last}/${bytes.length}` }),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

export function serveJson(
  response: ServerResponse,
  value: unknown,
  { status = 200, headers = {} }: { status?: number; headers?: Record<string, string> } = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
  response.end(JSON.stringify(value));
}

export const sha256 = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex');
