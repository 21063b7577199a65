import type { HostFactsCache } from '../qemu/host-facts-cache.js';
import { probeRestore } from './probe.js';
import type { RestoreProbe } from './probe.js';
import { isShortage, peekRestore, rememberRestore } from './restore-verdict.js';
import type { RestoreVerdict } from './restore-verdict.js';

/** What is known of whether this host can restore what it saves. */
export class HostRestore {
  readonly #probe: RestoreProbe;
  readonly #cache: HostFactsCache;
  #verdict: RestoreVerdict | undefined;

  private constructor(
    probe: RestoreProbe,
    cache: HostFactsCache,
    verdict: RestoreVerdict | undefined,
  ) {
    this.#probe = probe;
    this.#cache = cache;
    this.#verdict = verdict;
  }

  /** Looks at what is kept; nothing is run. @param askAgain takes no bad verdict from before for granted */
  static async open(
    probe: RestoreProbe,
    cache: HostFactsCache,
    askAgain: boolean,
  ): Promise<HostRestore> {
    const kept = await peekRestore(probe, cache);
    return new HostRestore(probe, cache, askAgain && kept?.usable === false ? undefined : kept);
  }

  /** Undefined where it has not been found out yet. */
  get verdict(): RestoreVerdict | undefined {
    return this.#verdict;
  }

  /**
   * The verdict that is kept, else the probe's, which is kept from then on.
   *
   * @throws the reason of `signal`; as `probeRestore`
   */
  async find(signal: AbortSignal): Promise<RestoreVerdict> {
    if (this.#verdict) return this.#verdict;
    const verdict = await probeRestore(this.#probe, signal);
    await this.#learn(verdict);
    return verdict;
  }

  /** A copy of a saved machine has run: no probe could say more. */
  async learnFromCopy(): Promise<void> {
    await this.#learn({ usable: true });
  }

  /** A machine could not be saved, or not be woken though it had just been saved. */
  async learnFromFailure(error: unknown): Promise<void> {
    if (isShortage(error)) return;
    const reason = error instanceof Error ? error.message : String(error);
    await this.#learn({ usable: false, reason });
  }

  async #learn(verdict: RestoreVerdict): Promise<void> {
    if (verdict.usable && this.#verdict?.usable === true) return;
    this.#verdict = verdict;
    await rememberRestore(this.#probe, this.#cache, verdict);
  }
}
