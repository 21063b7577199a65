import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { closeServer } from './close-server.js';

/** What goes wrong with one request. Bytes are counted in the body of its answer. */
export type Fault =
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'redirect'; readonly location: string; readonly status?: number }
  /** The connection is reset. */
  | { readonly kind: 'reset'; readonly afterBytes: number }
  /** The connection ends in good order, before the body does. */
  | { readonly kind: 'truncate'; readonly afterBytes: number }
  /** Nothing more comes. */
  | { readonly kind: 'stall'; readonly afterBytes: number }
  /** A byte comes every few milliseconds. */
  | { readonly kind: 'drip'; readonly afterBytes: number; readonly everyMs: number }
  /** One byte is another. */
  | { readonly kind: 'corrupt'; readonly at: number }
  /** The whole file with status 200, though a range was asked for. */
  | { readonly kind: 'whole' }
  /** 206 with another range than was asked for. */
  | { readonly kind: 'other-range' }
  /** 206 with the first half of the range; where none was asked for, all. */
  | { readonly kind: 'short-range' }
  /** More bytes than were promised, in chunks. */
  | { readonly kind: 'longer' }
  /** As if it were packed. */
  | { readonly kind: 'packed' }
  /** 200 and no body. */
  | { readonly kind: 'empty' }
  /** No length, and the end of the connection as the end of the body. */
  | { readonly kind: 'no-length' }
  /** The file has become another before it is answered. */
  | { readonly kind: 'change'; readonly bytes: Uint8Array };

export interface ServedRequest {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
}

export interface FaultyServerOptions {
  readonly bytes: Uint8Array;
  readonly tag?: 'strong' | 'weak' | 'none' | undefined;
  /** Of the first state, long ago unless given; each further state is of a day later. Null for none. */
  readonly lastModified?: string | null | undefined;
  readonly hasRanges?: boolean | undefined;
  /** What goes wrong with the request of a number, from 0 on. */
  readonly fault?: ((index: number, request: ServedRequest) => Fault | undefined) | undefined;
  /** Called for paths other than that of the file. */
  readonly other?: ((request: IncomingMessage, response: ServerResponse) => void) | undefined;
  /** In PEM: it speaks TLS. */
  readonly tls?: { readonly key: string; readonly cert: string } | undefined;
  /** Whether each answer says that the connection ends with it, and ends it. */
  readonly closes?: boolean | undefined;
  /** What all bodies are sent in, and the pause after each; at once unless given. */
  readonly pace?: { readonly bytes: number; readonly everyMs: number } | undefined;
}

export interface FaultyServer {
  /** Of the file. */
  readonly url: URL;
  readonly requests: readonly ServedRequest[];
  /** All states the file has had. */
  readonly states: readonly Uint8Array[];
  readonly mostAtOnce: () => number;
  /** Requests that are being answered. */
  readonly running: () => number;
  change(bytes: Uint8Array): void;
  close(): Promise<void>;
}

/** An HTTP server on this host with one file, which answers as it should but for the faults that it is told. */
export async function serveFaulty(options: FaultyServerOptions): Promise<FaultyServer> {
  const { tag = 'strong', lastModified = LONG_AGO, hasRanges = true, fault, pace } = options;
  const { closes = false } = options;
  const requests: ServedRequest[] = [];
  const states = [options.bytes];
  let running = 0;
  let most = 0;

  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const served = { path: request.url ?? '', headers: request.headers };
    requests.push(served);
    most = Math.max(most, ++running);
    response.on('close', () => running--);
    const wrong = fault?.(requests.length - 1, served);
    if (wrong?.kind === 'change') states.push(wrong.bytes);
    const bytes = states.at(-1)!;
    if (wrong?.kind === 'status') {
      response.writeHead(wrong.status, wrong.headers).end('<html>no</html>');
      return;
    }
    if (wrong?.kind === 'redirect') {
      response.writeHead(wrong.status ?? 302, { location: wrong.location }).end();
      return;
    }
    if (wrong?.kind === 'empty') {
      response.writeHead(200, { 'content-length': 0 }).end();
      return;
    }
    const etag = tagOf(bytes, tag);
    const modified = lastModified === null ? undefined : daysAfter(lastModified, states.length - 1);
    const validators = {
      ...(etag !== undefined && { etag }),
      ...(modified !== undefined && { 'last-modified': modified }),
    };
    const asked = hasRanges && wrong?.kind !== 'whole' ? rangeOf(request, bytes.length) : undefined;
    const ifRange = request.headers['if-range'];
    // RFC 9110, 13.1.5: compared strongly, so that a weak tag never is the same.
    const isCurrent =
      ifRange === undefined || (ifRange === etag && tag === 'strong') || ifRange === modified;
    if (asked === null && isCurrent) {
      response.writeHead(416, { 'content-range': `bytes */${bytes.length}`, ...validators }).end();
      return;
    }
    const range = isCurrent ? (asked ?? undefined) : undefined;
    const [from, end] = range ?? [0, bytes.length];
    const to = range && wrong?.kind === 'short-range' ? from + Math.ceil((end - from) / 2) : end;
    const body = Buffer.from(bytes.subarray(from, to));
    if (wrong?.kind === 'corrupt' && body.length > 0) body[wrong.at % body.length]! ^= 0x55;
    const shift = wrong?.kind === 'other-range' ? 1 : 0;
    const headers = {
      ...validators,
      ...(closes && { connection: 'close' }),
      ...(range && { 'content-range': `bytes ${from + shift}-${to - 1 + shift}/${bytes.length}` }),
      ...(wrong?.kind === 'packed' && { 'content-encoding': 'gzip' }),
      ...(wrong?.kind === 'longer' || wrong?.kind === 'no-length'
        ? {}
        : { 'content-length': body.length }),
    };
    if (wrong?.kind === 'no-length') response.useChunkedEncodingByDefault = false;
    response.writeHead(range ? 206 : 200, headers);
    send(response, body, wrong, pace);
  };

  const path = '/folder/model.gguf';
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    if (request.url?.split('?')[0] === path || options.other === undefined)
      answer(request, response);
    else options.other(request, response);
  };
  const { tls } = options;
  const server = tls ? createTlsServer(tls, listener) : createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: new URL(`${tls ? 'https' : 'http'}://127.0.0.1:${port}${path}`),
    requests,
    states,
    mostAtOnce: () => most,
    running: () => running,
    change: (bytes) => void states.push(bytes),
    close: () => closeServer(server),
  };
}

const LONG_AGO = 'Tue, 01 Jan 2019 00:00:00 GMT';

/** As a server tells that a file has changed; one that did not could mix states of it, and nobody could tell. */
const daysAfter = (date: string, count: number): string =>
  new Date(Date.parse(date) + count * 86_400_000).toUTCString();

function tagOf(bytes: Uint8Array, tag: 'strong' | 'weak' | 'none'): string | undefined {
  const opaque = `"${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}"`;
  return tag === 'none' ? undefined : tag === 'weak' ? `W/${opaque}` : opaque;
}

/** @returns undefined where none is asked for, null for one that the file does not have */
function rangeOf(request: IncomingMessage, sizeBytes: number): [number, number] | null | undefined {
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
  if (first === undefined) return undefined;
  const from = Number(first);
  if (from >= sizeBytes) return null;
  return [from, last === '' ? sizeBytes : Math.min(Number(last) + 1, sizeBytes)];
}

function send(
  response: ServerResponse,
  body: Buffer,
  fault: Fault | undefined,
  pace: FaultyServerOptions['pace'],
): void {
  const { socket } = response;
  const after = fault && 'afterBytes' in fault ? fault.afterBytes : Infinity;
  const begun = body.subarray(0, after);
  if (fault?.kind === 'longer') {
    response.write(body);
    response.end('and more');
    return;
  }
  if (begun.length === body.length && after === Infinity) {
    if (pace) sendPaced(response, body, pace);
    else response.end(body);
    return;
  }
  response.flushHeaders();
  response.write(begun, () => {
    if (fault?.kind === 'truncate') socket?.end();
    else if (fault?.kind === 'drip') drip(response, body.subarray(after), fault.everyMs);
    // What has been sent is lost where the reset comes at once.
    else if (fault?.kind === 'reset') setTimeout(() => socket?.resetAndDestroy(), RESET_MS);
  });
}

const RESET_MS = 5;

function drip(response: ServerResponse, rest: Buffer, everyMs: number): void {
  sendPaced(response, rest, { bytes: 1, everyMs });
}

function sendPaced(
  response: ServerResponse,
  body: Buffer,
  { bytes, everyMs }: { readonly bytes: number; readonly everyMs: number },
): void {
  let at = 0;
  const timer = setInterval(() => {
    response.write(body.subarray(at, at + bytes));
    at += bytes;
    if (at < body.length) return;
    clearInterval(timer);
    response.end();
  }, everyMs);
  response.on('close', () => {
    clearInterval(timer);
  });
}
