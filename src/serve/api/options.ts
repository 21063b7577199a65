import type { Backend } from '../backend.js';
import type { ServeMetrics } from './metrics.js';
import type { RequestRecord } from './request-log.js';

export interface ApiOptions {
  readonly backend: Backend;
  /** How many requests a model's machine answers at once. */
  readonly parallel: number;
  /** How many more may wait for it; who comes then is told to come again. */
  readonly maxQueue: number;
  /** Any of these is let in; without the list, everybody is. */
  readonly keys?: readonly string[] | undefined;
  /** Names, or names with ports, that a request may be for now (its Host header); any without the list. */
  readonly allowedHosts?: (() => readonly string[] | undefined) | undefined;
  /** Origins of other sites' pages that may ask (CORS); none without the list. */
  readonly allowedOrigins?: readonly string[] | undefined;
  /** Certificate chain and private key, in PEM. */
  readonly tls?: { readonly cert: string | Buffer; readonly key: string | Buffer } | undefined;
  readonly limits?: Partial<ApiLimits> | undefined;
  /** What is counted; who wakes machines tells it of that. */
  readonly metrics?: ServeMetrics | undefined;
  /** The memory that all machines have now, in MiB. */
  readonly memoryMiB?: (() => number) | undefined;
  /** Told of each request when it is over. */
  readonly onRequest?: ((record: RequestRecord) => void) | undefined;
  /** Told in full what clients are told in a few words: what machines fail of, and defects. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** What one client may take. */
export interface ApiLimits {
  readonly bodyBytes: number;
  /** What the bodies of all requests may take together. */
  readonly heldBytes: number;
  readonly headerBytes: number;
  /** How long the head of a request may take, in ms. */
  readonly headersTimeoutMs: number;
  /** How long a request as a whole may take to come, in ms. */
  readonly requestTimeoutMs: number;
  /** How long a connection stays on which nothing is asked, in ms. */
  readonly keepAliveTimeoutMs: number;
  /** How long a client may take nothing of an answer that is there for it, in ms. */
  readonly stallTimeoutMs: number;
  readonly requestsPerConnection: number;
  readonly connections: number;
}

export const DEFAULT_LIMITS: ApiLimits = {
  bodyBytes: 32 << 20,
  heldBytes: 1 << 30,
  headerBytes: 16 << 10,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 120_000,
  keepAliveTimeoutMs: 10_000,
  stallTimeoutMs: 60_000,
  requestsPerConnection: 10_000,
  connections: 1000,
};
