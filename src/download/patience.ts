import { setTimeout as delay } from 'node:timers/promises';
import { RequestFailure } from './request-failure.js';

/** Without a word from the server, pauses grow up to this. */
const MAX_PAUSE_MS = 60_000;

export interface PatienceOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called before a pause that the server asks for. */
  readonly onWait?: ((reason: string, pauseMs: number) => void) | undefined;
  /** Called before a pause that is made because a try has failed. */
  readonly onRetry?: ((reason: string, pauseMs: number) => void) | undefined;
}

/** A host that is left alone for a while, by those who asked it or were sent on by it. */
export interface Quiet {
  /** In milliseconds of `performance.now()`. */
  readonly until: number;
  /** Who has asked for it. */
  readonly by: string;
}

export interface PatienceLimits {
  readonly attempts?: number | undefined;
  readonly firstRetryDelayMs?: number | undefined;
  readonly patienceMs?: number | undefined;
  readonly random?: (() => number) | undefined;
}

/**
 * How often something is tried, and when. What fails because of the network is tried again a few times, after
 * pauses that grow. A server that says it is asked too much is left alone for as long as it asks for, and given
 * minutes; a date or a number in its Retry-After counts. One that asks for more than it is given is given up at once.
 */
export class Patience {
  #failed = 0;
  #refused = 0;
  #waitedMs = 0;

  /** @param quiet which hosts want to be left alone, which all who ask them share */
  constructor(
    private readonly host: string,
    private readonly quiet: Map<string, Quiet>,
    private readonly limits: PatienceLimits,
    private readonly options: PatienceOptions,
  ) {}

  /** Waits while the host wants to be left alone. @throws the signal's reason when cancelled */
  async ready(): Promise<void> {
    const { signal, onWait } = this.options;
    for (let quiet; (quiet = this.quiet.get(this.host));) {
      const quietMs = quiet.until - performance.now();
      if (quietMs <= 0) break;
      signal?.throwIfAborted();
      this.#waitedMs += quietMs;
      onWait?.(`${quiet.by} limits how much it may be asked`, quietMs);
      await this.#pause(quietMs);
    }
    signal?.throwIfAborted();
  }

  /**
   * Counts a failure, and pauses before another try.
   *
   * @throws the failure itself where there is to be no other
   */
  async pauseAfter(failure: unknown): Promise<void> {
    if (!(failure instanceof RequestFailure) || !failure.isTransient) throw failure;
    const { attempts = 5, firstRetryDelayMs = 1000, patienceMs = 600_000 } = this.limits;
    const { random = Math.random } = this.limits;
    const { reason, isLimit, retryAfterMs, place } = failure;
    // Where it was sent on, another host than the asked one has failed.
    const by = place?.url.host ?? this.host;
    const count = isLimit ? this.#refused++ : this.#failed++;
    const longest = Math.min(firstRetryDelayMs * 2 ** count, MAX_PAUSE_MS);
    // Who failed together does not come back together.
    const backOffMs = longest * (0.5 + random() / 2);
    const pauseMs = Math.max(backOffMs, retryAfterMs);
    // To come back before the server wants it is of no use: nobody waits that long here.
    if (retryAfterMs > patienceMs - (isLimit ? this.#waitedMs : 0)) throw tooLong(failure);
    if (isLimit ? this.#waitedMs + pauseMs > patienceMs : this.#failed >= attempts) throw failure;
    if (isLimit) {
      const until = performance.now() + pauseMs;
      if (until > (this.quiet.get(this.host)?.until ?? 0)) this.quiet.set(this.host, { until, by });
      return;
    }
    this.options.onRetry?.(`${by}: ${reason}`, pauseMs);
    await this.#pause(pauseMs);
  }

  /** Forgets earlier failures: something has come of the tries. */
  progressed(): void {
    this.#failed = this.#refused = this.#waitedMs = 0;
  }

  async #pause(pauseMs: number): Promise<void> {
    const { signal } = this.options;
    // A cancellation ends the pause; the next try then throws its reason.
    await delay(pauseMs, undefined, signal && { signal }).catch(() => undefined);
  }
}

function tooLong({
  reason,
  isTransient,
  status,
  isLimit,
  retryAfterMs,
  place,
  cause,
}: RequestFailure): RequestFailure {
  const length = inWords(retryAfterMs);
  return new RequestFailure(`${reason}; it wants to be left alone for ${length}`, {
    isTransient,
    status,
    isLimit,
    retryAfterMs,
    hint: `Run the same command again in ${length}.`,
    place,
    cause,
  });
}

/** "11 minutes", "25 hours", "3 days": rounded up, so that who waits for it has waited long enough. */
function inWords(lengthMs: number): string {
  const minutes = Math.max(1, Math.ceil(lengthMs / 60_000));
  const [count, unit] =
    minutes <= 120
      ? [minutes, 'minute']
      : minutes <= 48 * 60
        ? [Math.ceil(minutes / 60), 'hour']
        : [Math.ceil(minutes / 1440), 'day'];
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
