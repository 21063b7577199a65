import { once } from 'node:events';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import { ZosiaError, systemErrorCode } from '../../errors.js';
import type { ZosiaErrorCode } from '../../errors.js';
import { hostAndPort, isLoopback } from '../../host/loopback.js';
import { isNetworkFailure, systemReason } from '../../host/system-errors.js';
import { timeLimit } from '../../host/time-limit.js';
import { option, wording } from '../../wording.js';
import type { Text } from '../../wording.js';
import { fingerprintMatcher } from '../keys/fingerprint.js';
import type { Fingerprint } from '../keys/fingerprint.js';
import type { WorkerKey } from '../keys/worker-key.js';
import { shownKey, tlsOptions } from './tls-identity.js';
import { ALIVE_LIMITS, TunnelStream } from './tunnel-stream.js';
import type { AliveLimits } from './tunnel-stream.js';
import { waitUntilReady } from './wait-until-ready.js';

export interface DialLimits extends AliveLimits {
  /** How long it may take until the worker's guest is connected, in milliseconds. */
  readonly connectMs: number;
}

/** A worker has as long as 30 s to reach its guest. */
export const DIAL_LIMITS: DialLimits = { ...ALIVE_LIMITS, connectMs: 45_000 };

export interface DialTunnelOptions {
  /** An address or a name. */
  readonly host: string;
  readonly port: number;
  /** What messages call the worker; `host:port` unless given. */
  readonly name?: string | undefined;
  /** What this head shows. Without it bytes pass as they are, to this host alone. */
  readonly key?: WorkerKey | undefined;
  /** The keys that the worker may show: `keysOfPeer`; only with `key`. */
  readonly peers?: readonly Fingerprint[] | undefined;
  readonly limits?: Partial<DialLimits> | undefined;
  /** Gives up; a connection that is there already is destroyed. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Connects to what listens in a worker's guest. Nothing is sent before the worker has shown its key, and the worker
 * has said that it lets this head in. Fails later on with `ZOSIA_WORKER_LOST` if the worker is lost.
 *
 * @throws ZosiaError `ZOSIA_WORKER_EXPOSED`, `ZOSIA_WORKER_UNREACHABLE`, `ZOSIA_WORKER_NOT_TRUSTED`,
 *   `ZOSIA_WORKER_REFUSED`, `ZOSIA_WORKER_LOST`; the reason of `signal`
 */
export async function dialTunnel(options: DialTunnelOptions): Promise<Duplex> {
  const { host, port, key, peers = [], signal } = options;
  const name = options.name ?? hostAndPort(host, port);
  const limits = { ...DIAL_LIMITS, ...options.limits };
  checkReach({ host, name, hasKeys: key !== undefined });
  signal?.throwIfAborted();
  const late = timeLimit(limits.connectMs, 'late');
  const socket = key
    ? connectTls({ ...tlsOptions(key), host, port })
    : connect({ host, port, allowHalfOpen: true });
  // What it fails with is told by whatever waits for it, or is a reason no more.
  socket.on('error', () => undefined);
  const giveUp = AbortSignal.any([late.signal, ...(signal ? [signal] : [])]);
  try {
    socket.setNoDelay(true).setKeepAlive(true);
    await once(socket, key ? 'secureConnect' : 'connect', { signal: giveUp });
    if (!key) return abortable(socket, signal);
    checkKey(socket as TLSSocket, name, fingerprintMatcher(peers));
    await waitUntilReady(socket, { name, fingerprint: key.fingerprint }, giveUp);
    return abortable(new TunnelStream(socket, `worker ${name}`, limits), signal);
  } catch (error) {
    socket.destroy();
    signal?.throwIfAborted();
    throw late.signal.aborted
      ? unreachable(name, `it has not answered within ${limits.connectMs / 1000} s`)
      : dialError(name, error);
  } finally {
    late.clear();
  }
}

/**
 * Refuses to reach a worker on another host without keys.
 *
 * @throws ZosiaError `ZOSIA_WORKER_EXPOSED`
 */
export function checkReach(worker: {
  readonly host: string;
  readonly name: string;
  readonly hasKeys: boolean;
}): void {
  if (!worker.hasKeys && !isLoopback(worker.host)) throw exposed(worker.name);
}

function abortable(stream: Duplex, signal: AbortSignal | undefined): Duplex {
  if (!signal) return stream;
  const abort = (): void => {
    stream.destroy(signal.reason as Error);
  };
  signal.addEventListener('abort', abort, { once: true });
  stream.once('close', () => {
    signal.removeEventListener('abort', abort);
  });
  return stream;
}

function checkKey(socket: TLSSocket, name: string, matches: (shown: Fingerprint) => boolean): void {
  const shown = shownKey(socket);
  if (shown !== undefined && matches(shown)) return;
  throw new ZosiaError(
    'ZOSIA_WORKER_NOT_TRUSTED',
    shown === undefined
      ? `what answers as the worker ${name} shows no key of a worker`
      : `what answers as the worker ${name} shows a key that is not allowed: ${shown}`,
    {
      hint: wording`Ask on the worker's host for its fingerprint; only if it is this one, add it to the file of ${option('peers')}.`,
    },
  );
}

function dialError(name: string, error: unknown): unknown {
  if (error instanceof ZosiaError) return error;
  if (isNetworkFailure(error)) return unreachable(name, systemReason(error), error);
  const code = systemErrorCode(error);
  if (code === undefined) return error;
  // Of OpenSSL: whatever answers there speaks something else.
  return code.startsWith('ERR_SSL') || code === 'EPROTO'
    ? unreachable(name, 'what answers there is no worker with a key', error)
    : unreachable(name, systemReason(error), error);
}

const unreachable = (name: string, why: string, cause?: unknown): ZosiaError =>
  refusal(
    'ZOSIA_WORKER_UNREACHABLE',
    `the worker ${name} cannot be reached: ${why}`,
    'Check that zosia worker runs there, that it listens on that address, and lets this host in.',
    cause,
  );

const exposed = (name: string): ZosiaError =>
  refusal(
    'ZOSIA_WORKER_EXPOSED',
    `the worker ${name} is on another host, which needs keys on both sides`,
    wording`Give the file with the worker's key by ${option('peers')}.`,
  );

const refusal = (code: ZosiaErrorCode, message: string, hint: Text, cause?: unknown): ZosiaError =>
  new ZosiaError(code, message, { hint, cause });
