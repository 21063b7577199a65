import { open } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { EnvHttpProxyAgent, interceptors, request } from 'undici';
import type { Dispatcher } from 'undici';
import { systemErrorCode } from '../errors.js';
import type { Lock, LockedPackage } from './lock.js';
import {
  PackageGoneError,
  diskFull,
  downloadCorrupt,
  downloadFailed,
  escapePoolPath,
} from './transport.js';
import type { DownloadOptions, Transport } from './transport.js';

const SOURCE = 'the Debian snapshot archive';

/** The archive keeps every state of Debian's archive under the time of that state. */
const BASE_URL = 'https://snapshot.debian.org/archive/debian/';

const MAX_REDIRECTIONS = 5;
const MAX_RETRY_AFTER_MS = 30_000;

export interface SnapshotTransportOptions {
  readonly snapshot: Lock['snapshot'];
  readonly baseUrl?: string;
  /** How long nothing may happen before a try counts as failed. */
  readonly stallTimeoutMs?: number;
  readonly attempts?: number;
  /** The pause before the second try; it doubles with each further one. */
  readonly firstRetryDelayMs?: number;
}

/** Downloads from the snapshot archive, through the proxies of the usual environment variables. */
export function snapshotTransport(options: SnapshotTransportOptions): Transport {
  const { snapshot, baseUrl = BASE_URL, stallTimeoutMs = 30_000 } = options;
  const { attempts = 4, firstRetryDelayMs = 1000 } = options;
  const agent = new EnvHttpProxyAgent({
    connectTimeout: stallTimeoutMs,
    headersTimeout: stallTimeoutMs,
    bodyTimeout: stallTimeoutMs,
  });
  const dispatcher = agent.compose(interceptors.redirect({ maxRedirections: MAX_REDIRECTIONS }));
  return {
    source: SOURCE,

    async download(wanted, file, downloadOptions) {
      const url = `${baseUrl}${snapshot[wanted.suite]}/${escapePoolPath(wanted)}`;
      for (let attempt = 1; ; attempt++) {
        const failure = await tryDownload(dispatcher, url, wanted, file, downloadOptions);
        if (failure === undefined) return;
        if (attempt >= attempts) {
          throw downloadFailed(wanted, SOURCE, failure.reason, failure.cause);
        }
        const backOffMs = firstRetryDelayMs * 2 ** (attempt - 1);
        const pauseMs = Math.max(backOffMs, failure.retryAfterMs ?? 0);
        // A cancellation ends the pause; the next try then throws its reason.
        await delay(pauseMs, undefined, { signal: downloadOptions.signal }).catch(() => undefined);
      }
    },

    close: () => agent.close(),
  };
}

/** Why one try failed in a way that another may not. */
interface TransientFailure {
  readonly reason: string;
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
}

async function tryDownload(
  dispatcher: Dispatcher,
  url: string,
  wanted: LockedPackage,
  file: string,
  { signal, onBytes }: DownloadOptions,
): Promise<TransientFailure | undefined> {
  signal?.throwIfAborted();
  let response: Dispatcher.ResponseData;
  try {
    response = await request(url, { dispatcher, ...(signal && { signal }) });
  } catch (cause) {
    signal?.throwIfAborted();
    return { reason: reasonOf(cause), cause };
  }
  const { statusCode, headers, body } = response;
  if (statusCode !== 200) {
    await body.dump().catch(() => undefined);
    if (statusCode === 404 || statusCode === 410) throw new PackageGoneError(`${statusCode}`);
    const reason = `it answered with status ${statusCode}`;
    if (statusCode !== 429 && statusCode < 500) throw downloadFailed(wanted, SOURCE, reason);
    return { reason, ...retryAfter(headers['retry-after']) };
  }

  const handle = await open(file, 'w');
  try {
    let receivedBytes = 0;
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      receivedBytes += chunk.length;
      if (receivedBytes > wanted.sizeBytes) {
        throw downloadCorrupt(wanted, SOURCE, `it is longer than ${wanted.sizeBytes} bytes`);
      }
      await handle.writeFile(chunk);
      onBytes?.(receivedBytes);
    }
    return undefined;
  } catch (error) {
    signal?.throwIfAborted();
    const code = systemErrorCode(error);
    if (code === 'ENOSPC' || code === 'EDQUOT') throw diskFull(wanted, error);
    if (isNetworkFailure(error)) return { reason: reasonOf(error), cause: error };
    throw error;
  } finally {
    body.destroy();
    await handle.close();
  }
}

/** Whether undici or the socket below it failed, and not this program or its disk. */
function isNetworkFailure(error: unknown): boolean {
  const code = systemErrorCode(error);
  return code !== undefined && (code.startsWith('UND_ERR_') || code === 'ECONNRESET');
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = systemErrorCode(error);
  return error.message === '' ? (code ?? error.name) : error.message;
}

/** Retry-After (RFC 9110, 10.2.3) as a pause, whether given in seconds or as a date. */
export function retryAfter(header: string | string[] | undefined): { retryAfterMs?: number } {
  if (typeof header !== 'string') return {};
  const pauseMs = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  if (Number.isNaN(pauseMs)) return {};
  return { retryAfterMs: Math.min(Math.max(pauseMs, 0), MAX_RETRY_AFTER_MS) };
}
