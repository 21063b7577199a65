import type { Place } from './place.js';

/** Why one request failed. */
export interface FailureFacts {
  /** Whether another try may do better. */
  readonly isTransient: boolean;
  /** The status that was answered, if any was. */
  readonly status?: number | undefined;
  /** Whether the server says that it is asked too much. */
  readonly isLimit?: boolean | undefined;
  /** The pause that the server asks for. */
  readonly retryAfterMs?: number | undefined;
  /** What to do, where that is not to look after the network. */
  readonly hint?: string | undefined;
  /** Where it failed. */
  readonly place?: Place | undefined;
  readonly cause?: unknown;
}

/** A request that failed because of the network or of what the server answered. */
export class RequestFailure extends Error {
  override readonly name = 'RequestFailure';
  readonly isTransient: boolean;
  readonly status: number | undefined;
  readonly isLimit: boolean;
  readonly retryAfterMs: number;
  readonly hint: string | undefined;
  #place: Place | undefined;

  /** @param reason goes after "cannot download NAME from PLACE: " */
  constructor(
    readonly reason: string,
    { isTransient, status, isLimit = false, retryAfterMs = 0, hint, place, cause }: FailureFacts,
  ) {
    super(reason, cause === undefined ? undefined : { cause });
    this.isTransient = isTransient;
    this.status = status;
    this.isLimit = isLimit;
    this.retryAfterMs = retryAfterMs;
    this.hint = hint;
    this.#place = place;
  }

  /** Where it failed, as far as that is known. */
  get place(): Place | undefined {
    return this.#place;
  }

  /** Keeps where it failed, unless that is known already. */
  at({ url, sentBy }: Place): this {
    this.#place ??= { url, sentBy };
    return this;
  }

  /** The same, after which there is to be no other try. */
  get last(): RequestFailure {
    const { status, isLimit, retryAfterMs, hint, place } = this;
    const facts = { isTransient: false, status, isLimit, retryAfterMs, hint, place, cause: this };
    return new RequestFailure(this.reason, facts);
  }
}

/** What was thrown while an answer was taken; a failure has from then on the place that it came from. */
export const failedAt = (place: Place, thrown: unknown): unknown =>
  thrown instanceof RequestFailure ? thrown.at(place) : thrown;

/** What statuses mean to who wants a file (RFC 9110, section 15; RFC 6585, section 4). */
const MEANINGS: Readonly<Record<number, string>> = {
  401: 'it wants to know who asks',
  403: 'it does not let you have this',
  404: 'it has no such file',
  407: 'the proxy wants to know who asks',
  410: 'it has this file no longer',
  416: 'it has no such part of the file',
  429: 'it is asked too much',
  500: 'it has failed',
  501: 'it does not know how to do this',
  502: 'what stands behind it has failed',
  503: 'it cannot answer now',
  504: 'what stands behind it is too slow',
};

/** The failure that an answer with a status other than the wanted one is. */
export function statusFailure(
  status: number,
  headers: Readonly<Record<string, string>> = {},
): RequestFailure {
  const meaning = MEANINGS[status];
  const isLimit = status === 429 || status === 503;
  return new RequestFailure(
    `it answered with status ${status}${meaning === undefined ? '' : `: ${meaning}`}`,
    {
      // What a server does not know, it does not learn by being asked again.
      isTransient: isLimit || (status >= 500 && status !== 501) || status === 408,
      status,
      isLimit,
      ...retryAfter(headers['retry-after'], headers['date']),
    },
  );
}

/** A server that asks for more means never. */
const MAX_RETRY_AFTER_MS = 366 * 86_400_000;

/**
 * Retry-After (RFC 9110, 10.2.3) as a pause, whether given in seconds or as a date.
 *
 * @param date what the server's clock said: this host's may be wrong
 */
export function retryAfter(
  header: string | undefined,
  date?: string,
): { retryAfterMs?: number | undefined } {
  if (header === undefined) return {};
  const told = Date.parse(date ?? '');
  const now = Number.isNaN(told) ? Date.now() : told;
  const pauseMs = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
  if (Number.isNaN(pauseMs)) return {};
  return { retryAfterMs: Math.min(Math.max(pauseMs, 0), MAX_RETRY_AFTER_MS) };
}
