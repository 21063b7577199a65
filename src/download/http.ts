import type { Agent, Dispatcher } from 'undici';
import { systemErrorCode } from '../errors.js';
import { openConnections } from './connections.js';
import { exchange } from './exchange.js';
import type { Exchanged } from './exchange.js';
import { networkFailure, notAsItShouldBe } from './network-failure.js';
import { Patience } from './patience.js';
import type { Clock, PatienceOptions, Quiet } from './patience.js';
import type { Place } from './place.js';
import { proxyFor, requireUsableProxy } from './proxy.js';
import { RequestFailure, failedAt } from './request-failure.js';
import { isRedirection, nextUrl } from './redirection.js';
import { steadily } from './steady.js';

/** The body of a redirection, which nobody reads. */
const MAX_DUMPED_BYTES = 128 << 10;

export interface HttpOptions {
  /** How long nothing may happen before a try counts as failed; 30 s unless given. */
  readonly stallTimeoutMs?: number | undefined;
  /** Tries of one request that may fail, one after the other, because of the network or the server; 5 unless given. */
  readonly attempts?: number | undefined;
  /** The pause before the second try, which doubles with each further one; 1 s unless given. */
  readonly firstRetryDelayMs?: number | undefined;
  /** How long a request may wait for a server that says it is asked too much; 10 min unless given. */
  readonly patienceMs?: number | undefined;
  /** A connection that is slower than this for a window of waiting counts as stalled; 512 unless given. */
  readonly leastBytesPerSecond?: number | undefined;
  /** 60 s unless given. */
  readonly rateWindowMs?: number | undefined;
  /** How connections are made; undici's own way by default. */
  readonly connect?: Agent.Options['connect'] | undefined;
  /** From 0 to 1, for the part of a pause that is left to chance. */
  readonly random?: (() => number) | undefined;
  /** What pauses go by; the system's unless given. */
  readonly clock?: Clock | undefined;
}

export interface OpenOptions {
  readonly method?: 'GET' | 'HEAD' | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Sent to the origin that `open` was asked for, until a redirection leads elsewhere. */
  readonly credentials?: Readonly<Record<string, string>> | undefined;
  readonly redirects?: 'all' | 'same-host' | 'none' | undefined;
  /** Who has named this URL in an earlier redirection; nobody unless given. */
  readonly sentBy?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** An answer whose body is still to come. */
export interface OpenAnswer extends Place {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Whether any redirection led to another origin, from where only hosts that were not asked have chosen the URL. */
  readonly hasLeft: boolean;
  /** The body as it comes. @throws RequestFailure; the signal's reason */
  readonly chunks: () => AsyncIterable<Uint8Array>;
  /** Ends what is still to come; has to be called. */
  readonly dispose: () => void;
}

/**
 * Requests by HTTP, through the proxies of the usual environment variables. All requests through one of these
 * leave a server that limits rates (429, 503) alone together: coming back sooner makes it worse.
 */
export class Http {
  readonly #options: HttpOptions;
  readonly #connections: Dispatcher;
  readonly #stallTimeoutMs: number;
  readonly #quiet = new Map<string, Quiet>();

  constructor(options: HttpOptions = {}) {
    const { stallTimeoutMs = 30_000, connect } = options;
    this.#options = options;
    this.#stallTimeoutMs = stallTimeoutMs;
    this.#connections = openConnections({
      connectTimeout: stallTimeoutMs,
      headersTimeout: stallTimeoutMs,
      // Who reads a body sees that nothing comes; here it would look like that while they do not read.
      bodyTimeout: 0,
      ...(connect && { connect }),
    });
  }

  /** Counts the tries of one piece of work at a host, and pauses between them. */
  patience(host: string, options: PatienceOptions = {}): Patience {
    return new Patience(host, this.#quiet, this.#options, options);
  }

  /**
   * Tries some work until it is done.
   *
   * @throws RequestFailure where no other try helps, or there were enough; whatever else `work` throws
   */
  async retry<T>(host: string, work: () => Promise<T>, options: PatienceOptions = {}): Promise<T> {
    const patience = this.patience(host, options);
    for (;;) {
      await patience.ready();
      try {
        return await work();
      } catch (error) {
        await patience.pauseAfter(error);
      }
    }
  }

  /**
   * Sends one request, once, and follows a few redirections.
   *
   * @throws RequestFailure; ZosiaError `ZOSIA_BAD_OPTION` for a proxy that cannot be used; the signal's reason when
   *   cancelled; errors that are not the network's as they are
   */
  async open(asked: URL, options: OpenOptions = {}): Promise<OpenAnswer> {
    const { method = 'GET', credentials = {}, redirects = 'all', signal } = options;
    const visited = new Set<string>();
    let hasLeft = false;
    let sentBy: readonly string[] = options.sentBy ?? [];
    for (let url = asked; ;) {
      visited.add(url.href);
      hasLeft ||= url.origin !== asked.origin;
      const headers = {
        'accept-encoding': 'identity',
        ...options.headers,
        ...(hasLeft ? {} : credentials),
      };
      const answer = await this.#send({ url, sentBy }, { method, headers, signal });
      if (redirects === 'none' || !isRedirection(answer.status, answer.headers)) {
        return identityOnly({ ...answer, hasLeft });
      }
      let next: URL;
      try {
        next = nextUrl(url, answer.headers['location']!, visited);
      } catch (error) {
        answer.dispose();
        throw failedAt(answer, error);
      }
      if (redirects === 'same-host' && next.origin !== url.origin) return { ...answer, hasLeft };
      if (next.host !== url.host) sentBy = [...sentBy, url.host];
      url = next;
      await answer.dump();
    }
  }

  /** Ends connections that are kept open. */
  close(): Promise<void> {
    return this.#connections.close();
  }

  async #send(
    place: Place,
    options: {
      method: 'GET' | 'HEAD';
      headers: Record<string, string>;
      signal?: AbortSignal | undefined;
    },
  ): Promise<Omit<OpenAnswer, 'hasLeft'> & { dump: () => Promise<void> }> {
    const { url, sentBy } = place;
    const { signal } = options;
    const failed = (cause: unknown): unknown => {
      if (signal?.aborted === true) return signal.reason;
      return failedAt(place, failureOf(cause, url));
    };
    signal?.throwIfAborted();
    requireUsableProxy(url);
    let exchanged: Exchanged;
    try {
      const stallTimeoutMs = this.#stallTimeoutMs;
      exchanged = await exchange(this.#connections, url, { ...options, stallTimeoutMs });
    } catch (cause) {
      if (systemErrorCode(cause) === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH') {
        // Without any answer: undici says so of headers that its parser stops in, once it has seen a length.
        throw failedAt(place, malformed('its headers end early, or have a wrong Content-Length'));
      }
      throw failed(cause);
    }
    const { status, headers, body, abort } = exchanged;
    if (!hasPlainLength(headers['content-length'])) {
      abort();
      throw failedAt(
        place,
        malformed('its Content-Length is no number of bytes that a file can have'),
      );
    }
    return {
      status,
      headers: plainHeaders(headers),
      url,
      sentBy,
      chunks: () => steadily(body, this.#options, failed),
      dispose: abort,
      dump: () => dump(exchanged),
    };
  }
}

/** Reads what is short to its end, with which the connection serves further requests. */
async function dump({ body, abort }: Exchanged): Promise<void> {
  let receivedBytes = 0;
  try {
    for await (const { length } of body) {
      receivedBytes += length;
      if (receivedBytes > MAX_DUMPED_BYTES) break;
    }
  } catch {
    // Nobody wants it.
  }
  abort();
}

function failureOf(cause: unknown, url: URL): unknown {
  if (cause instanceof RequestFailure) return cause;
  const failure = networkFailure(cause, url.host);
  if (failure === undefined) return cause;
  const { isTransient } = failure;
  const proxy = proxyFor(url);
  const by = proxy ? ` (through the proxy ${proxy.host}, which ${proxy.variable} names)` : '';
  const hint =
    failure.hint ??
    (proxy && `Check the network connection and the proxy that ${proxy.variable} names.`);
  return new RequestFailure(`${failure.reason}${by}`, { isTransient, hint, cause });
}

/** Whether a length is one; where several are told, they have to be the same (RFC 9110, 8.6). */
function hasPlainLength(told: string | string[] | undefined): boolean {
  if (told === undefined) return true;
  const lengths = new Set(
    [told].flat().flatMap((each) => each.split(',').map((one) => one.trim())),
  );
  const [length = ''] = lengths;
  return lengths.size === 1 && /^\d+$/.test(length) && Number.isSafeInteger(Number(length));
}

function malformed(problem: string): RequestFailure {
  const { reason, isTransient, hint } = notAsItShouldBe(problem);
  return new RequestFailure(reason, { isTransient, hint });
}

/** Bytes that are packed on the way have neither the length nor the digest of the file. */
function identityOnly(answer: OpenAnswer): OpenAnswer {
  const { status, headers } = answer;
  const coding = headers['content-encoding'] ?? '';
  const isSuccess = status >= 200 && status < 300;
  if (!isSuccess || coding === '' || coding.toLowerCase() === 'identity') return answer;
  answer.dispose();
  throw new RequestFailure(
    `it answers in the coding ${JSON.stringify(coding.slice(0, 40))}, which was not asked for`,
    { isTransient: false, place: answer },
  );
}

function plainHeaders(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Record<string, string> {
  const plain = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined
      ? []
      : [[name, typeof value === 'string' ? value : value.join(', ')] as const],
  );
  // Not by assignment: a header may be named __proto__.
  return Object.fromEntries(plain);
}
