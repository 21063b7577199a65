import { open } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { EnvHttpProxyAgent, interceptors, request } from 'undici';
import type { Agent, Dispatcher } from 'undici';
import { isOutOfRoom } from '../host/system-errors.js';
import type { LockedPackage } from './lock.js';
import { networkFailure } from './network-failure.js';
import {
  PackageGoneError,
  diskFull,
  downloadCorrupt,
  downloadFailed,
  escapePoolPath,
} from './transport.js';
import type { DownloadOptions, Hints, Transport } from './transport.js';

const MAX_REDIRECTIONS = 5;

/** A pause that a server asks for counts up to this. */
const MAX_RETRY_AFTER_MS = 300_000;

/** Without a word from the server, pauses grow up to this. */
const MAX_PAUSE_MS = 60_000;

export interface HttpOptions {
  /** How long nothing may happen before a try counts as failed. */
  readonly stallTimeoutMs?: number | undefined;
  /** Tries of one package that may fail because of the network or the server. */
  readonly attempts?: number | undefined;
  /** The pause before the second try; it doubles with each further one. */
  readonly firstRetryDelayMs?: number | undefined;
  /** How long one package may wait for a server that says it is asked too much. */
  readonly patienceMs?: number | undefined;
  /** Sent with every request to the host that is named first; none unless given. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** What to do about a failure, by the status that was answered, if any was; about the mirror unless given. */
  readonly hints?: ((statusCode?: number) => Hints) | undefined;
  /** How connections are made; undici's own way by default. */
  readonly connect?: Agent.Options['connect'] | undefined;
}

/** An archive in Debian's layout, by HTTP. */
export interface HttpArchive {
  /** What messages call it; its host is added. */
  readonly name: string;
  /** The base, ending in `/`, below which a package's pool path lies. */
  readonly baseUrl: (wanted: LockedPackage) => string;
  readonly host: string;
}

/**
 * Downloads by HTTP, through the proxies of the usual environment variables. What fails because of the
 * network is tried again a few times. A server that limits rates (429, 503) is left alone for as long as it
 * asks for, by all downloads under way together, and given minutes: coming back sooner makes it worse.
 */
export function httpTransport(archive: HttpArchive, options: HttpOptions = {}): Transport {
  const { stallTimeoutMs = 30_000, attempts = 4, firstRetryDelayMs = 1000, connect } = options;
  const { patienceMs = 600_000, headers = {}, hints } = options;
  const source = `${archive.name} (${archive.host})`;
  const agent = new EnvHttpProxyAgent({
    connectTimeout: stallTimeoutMs,
    headersTimeout: stallTimeoutMs,
    bodyTimeout: stallTimeoutMs,
    ...(connect && { connect }),
  });
  const dispatcher = agent.compose(interceptors.redirect({ maxRedirections: MAX_REDIRECTIONS }));
  /** Until when the server wants to be left alone, in milliseconds of `performance.now()`. */
  let quietUntil = 0;

  return {
    source,

    async download(wanted, file, downloadOptions) {
      const { signal, onWait } = downloadOptions;
      const url = `${archive.baseUrl(wanted)}${escapePoolPath(wanted)}`;
      const place = { source, host: archive.host, hints };
      let failed = 0;
      let refused = 0;
      let waitedMs = 0;
      const pause = async (pauseMs: number): Promise<void> => {
        // A cancellation ends the pause; the next try then throws its reason.
        await delay(pauseMs, undefined, signal && { signal }).catch(() => undefined);
      };
      for (;;) {
        for (let quietMs; (quietMs = quietUntil - performance.now()) > 0;) {
          signal?.throwIfAborted();
          waitedMs += quietMs;
          onWait?.(`${archive.host} limits how much it may be asked`, quietMs);
          await pause(quietMs);
        }
        const failure = await tryDownload(
          { dispatcher, headers, url },
          wanted,
          file,
          place,
          downloadOptions,
        );
        if (failure === undefined) return;
        const { reason, cause, statusCode, isLimit = false, retryAfterMs = 0 } = failure;
        const count = isLimit ? refused++ : failed++;
        const backOffMs = Math.min(firstRetryDelayMs * 2 ** count, MAX_PAUSE_MS);
        const pauseMs = Math.max(backOffMs, retryAfterMs);
        if (isLimit ? waitedMs + pauseMs > patienceMs : failed >= attempts) {
          throw downloadFailed(wanted, source, reason, { cause, hint: hints?.(statusCode) });
        }
        if (isLimit) quietUntil = Math.max(quietUntil, performance.now() + pauseMs);
        else await pause(pauseMs);
      }
    },

    close: () => agent.close(),
  };
}

/** Why one try failed in a way that another may not. */
interface TransientFailure {
  readonly reason: string;
  readonly statusCode?: number | undefined;
  /** Whether the server says that it is asked too much. */
  readonly isLimit?: boolean | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly cause?: unknown;
}

interface Place extends Pick<HttpOptions, 'hints'> {
  readonly source: string;
  readonly host: string;
}

interface Asked {
  readonly dispatcher: Dispatcher;
  readonly headers: Readonly<Record<string, string>>;
  readonly url: string;
}

async function tryDownload(
  { url, ...asked }: Asked,
  wanted: LockedPackage,
  file: string,
  { source, host, hints }: Place,
  { signal, onBytes }: DownloadOptions,
): Promise<TransientFailure | undefined> {
  /** @throws what is not the network's, or what no other try changes */
  const failureOf = (cause: unknown): TransientFailure => {
    signal?.throwIfAborted();
    const failure = networkFailure(cause, host);
    if (failure === undefined) throw cause;
    const { reason, isTransient, hint = hints?.() } = failure;
    if (!isTransient) throw downloadFailed(wanted, source, reason, { cause, hint });
    return { reason, cause };
  };

  signal?.throwIfAborted();
  let response: Dispatcher.ResponseData;
  try {
    response = await request(url, { ...asked, ...(signal && { signal }) });
  } catch (cause) {
    return failureOf(cause);
  }
  const { statusCode, headers, body } = response;
  if (statusCode !== 200) {
    await body.dump().catch(() => undefined);
    if (statusCode === 404 || statusCode === 410) throw new PackageGoneError(`${statusCode}`);
    const isRedirection = statusCode >= 300 && statusCode < 400 && headers.location !== undefined;
    const reason = isRedirection
      ? `it redirects more than ${MAX_REDIRECTIONS} times`
      : `it answered with status ${statusCode}`;
    const isLimit = statusCode === 429 || statusCode === 503;
    if (!isLimit && statusCode < 500) {
      throw downloadFailed(wanted, source, reason, { hint: hints?.(statusCode) });
    }
    return { reason, statusCode, isLimit, ...retryAfter(headers['retry-after']) };
  }

  const totalBytes = Number(headers['content-length'] ?? NaN);
  const handle = await open(file, 'w');
  try {
    let receivedBytes = 0;
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      receivedBytes += chunk.length;
      if (receivedBytes > wanted.sizeBytes) {
        throw downloadCorrupt(wanted, source, `it is longer than ${wanted.sizeBytes} bytes`);
      }
      await handle.writeFile(chunk);
      onBytes?.(receivedBytes, totalBytes);
    }
    return undefined;
  } catch (error) {
    if (isOutOfRoom(error)) throw diskFull(wanted, error);
    return failureOf(error);
  } finally {
    body.destroy();
    await handle.close();
  }
}

/** Retry-After (RFC 9110, 10.2.3) as a pause, whether given in seconds or as a date. */
export function retryAfter(header: string | string[] | undefined): {
  retryAfterMs?: number | undefined;
} {
  if (typeof header !== 'string') return {};
  const pauseMs = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  if (Number.isNaN(pauseMs)) return {};
  return { retryAfterMs: Math.min(Math.max(pauseMs, 0), MAX_RETRY_AFTER_MS) };
}
