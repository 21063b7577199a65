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
  /** By the clock of those who ask. */
  readonly until: number;
  /** Who has asked for it. */
  readonly by: string;
}

/** What tells the time, and lets it pass. */
export interface Clock {
  /** In milliseconds, from whenever. */
  readonly now: () => number;
  /** May end early, and does when cancelled. */
  readonly sleep: (pauseMs: number, signal?: AbortSignal) => Promise<void>;
}

const SYSTEM_CLOCK: Clock = {
  now: () => performance.now(),
  sleep: (pauseMs, signal) =>
    delay(pauseMs, undefined, signal && { signal }).catch(() => undefined),
};

export interface PatienceLimits {
  readonly attempts?: number | undefined;
  readonly firstRetryDelayMs?: number | undefined;
  readonly patienceMs?: number | undefined;
  readonly random?: (() => number) | undefined;
  readonly clock?: Clock | undefined;
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
  /** Until when waiting has been counted. */
  #countedUntil = -Infinity;
  readonly #clock: Clock;

  /** @param quiet which hosts want to be left alone, which all who ask them share */
  constructor(
    private readonly host: string,
    private readonly quiet: Map<string, Quiet>,
    private readonly limits: PatienceLimits,
    private readonly options: PatienceOptions,
  ) {
    this.#clock = limits.clock ?? SYSTEM_CLOCK;
  }

  /** Waits while the host wants to be left alone. @throws the signal's reason when cancelled */
  async ready(): Promise<void> {
    const { signal, onWait } = this.options;
    for (let quiet; (quiet = this.quiet.get(this.host));) {
      const now = this.#clock.now();
      const quietMs = quiet.until - now;
      if (quietMs <= 0) break;
      signal?.throwIfAborted();
      // A timer may be early: what is left then has been counted, and told.
      if (quiet.until > this.#countedUntil) {
        this.#waitedMs += quiet.until - Math.max(now, this.#countedUntil);
        this.#countedUntil = quiet.until;
        onWait?.(`${quiet.by} limits how much it may be asked`, quietMs);
      }
      await this.#clock.sleep(quietMs, signal);
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
    // One that asks for nothing is not to blame for what has been waited for: other requests may have made it more
    // than there is patience for.
    const leftMs = Math.max(0, patienceMs - (isLimit ? this.#waitedMs : 0));
    if (retryAfterMs > leftMs) throw tooLong(failure);
    if (isLimit ? this.#waitedMs + pauseMs > patienceMs : this.#failed >= attempts) throw failure;
    if (isLimit) {
      const until = this.#clock.now() + pauseMs;
      if (until > (this.quiet.get(this.host)?.until ?? 0)) this.quiet.set(this.host, { until, by });
      return;
    }
    this.options.onRetry?.(`${by}: ${reason}`, pauseMs);
    // A cancellation ends the pause; the next try then throws its reason.
    await this.#clock.sleep(pauseMs, this.options.signal);
  }

  /** Forgets earlier failures: something has come of the tries. */
  progressed(): void {
    this.#failed = this.#refused = this.#waitedMs = 0;
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
