import type { Duplex } from 'node:stream';
import { ZosiaError } from '../../errors.js';
import { option, wording } from '../../wording.js';
import { untilAborted } from '../../host/until-aborted.js';
import type { Lease, MachineState } from '../backend.js';
import type { PlannedMachine } from './planned-machine.js';

export interface ServedMachineOptions {
  /** How long it stays when nobody asks it, in ms. */
  readonly keepMs: number;
  /** How long it may take to wake, in ms. */
  readonly wakeMs: number;
  readonly onWoken: (durationMs: number) => void;
  /** Called whenever nobody asks it any more. */
  readonly onIdle: () => void;
  /** Called when it has ended. @param error why, unless it was put away */
  readonly onEnded: (error: unknown) => void;
}

/** A machine that has been put away before it was lent: another may be started. */
export class PutAway extends Error {
  constructor() {
    super('the machine has been put away');
  }
}

const tooSlow = (wakeMs: number): ZosiaError =>
  new ZosiaError(
    'ZOSIA_SERVE_MACHINE_HANGS',
    `its machine was not ready within ${Math.round(wakeMs / 1000)} s`,
    { hint: wording`Give it more time by ${option('timeout')}, or see what it does: zosia up.` },
  );

/** A machine that runs, or is about to, and how many it is lent to. */
export class ServedMachine {
  readonly ramMiB: number;
  /** When it was started, by `performance.now()`. */
  readonly startedMs = performance.now();
  /** Resolves when it has ended, however it did. */
  readonly ended: Promise<void>;
  readonly #options: ServedMachineOptions;
  readonly #closing = new AbortController();
  readonly #awake: Promise<() => Duplex>;
  #isAwake = false;
  #isGone = (): boolean => false;
  /** The first is kept for who it was started for. */
  #leases = 1;
  #isFirstKept = true;
  #idleSinceMs = performance.now();
  #keepTimer: NodeJS.Timeout | undefined;
  readonly #wakeTimer: NodeJS.Timeout;
  /** Why it is ended that hangs. */
  #fault: ZosiaError | undefined;

  constructor(planned: PlannedMachine, options: ServedMachineOptions) {
    this.ramMiB = planned.ramMiB;
    this.#options = options;
    this.#wakeTimer = setTimeout(() => {
      this.#fault = tooSlow(options.wakeMs);
      this.#closing.abort();
    }, options.wakeMs);
    let run: Promise<void>;
    const awake = new Promise<() => Duplex>((resolve) => {
      run = planned.run({
        signal: this.#closing.signal,
        onAwake: (connect, isGone = this.#isGone) => {
          this.#isAwake = true;
          this.#isGone = isGone;
          clearTimeout(this.#wakeTimer);
          options.onWoken(performance.now() - this.startedMs);
          this.#rest();
          resolve(connect);
        },
      });
    });
    setImmediate(() => {
      // Whoever it was started for has left.
      if (!this.#isFirstKept) return;
      this.#isFirstKept = false;
      this.#leases--;
      this.#rest();
    });
    const over = run!.then(() => {
      throw this.#fault ?? new PutAway();
    });
    this.#awake = Promise.race([awake, over]);
    // Whoever waits for it hears of it.
    this.#awake.catch(() => undefined);
    this.ended = run!
      .catch((error: unknown) => (this.isClosing ? undefined : error))
      .then((error) => this.#fault ?? error)
      .then((error) => {
        this.#closing.abort();
        clearTimeout(this.#keepTimer);
        clearTimeout(this.#wakeTimer);
        options.onEnded(error ?? undefined);
      });
  }

  get state(): MachineState {
    if (!this.#isAwake) return 'waking';
    return this.#leases > 0 ? 'answering' : 'idle';
  }

  /** Whether it has been awake. */
  get hasBeenAwake(): boolean {
    return this.#isAwake;
  }

  /** Whether it is being put away, or has ended. */
  get isClosing(): boolean {
    return this.#closing.signal.aborted;
  }

  /** Since when nobody asks it, by `performance.now()`. */
  get idleSinceMs(): number {
    return this.#idleSinceMs;
  }

  /**
   * Lends it, once it is awake.
   *
   * @throws PutAway; what it failed of; the reason of `signal`
   */
  async lend(signal: AbortSignal): Promise<Lease> {
    // It may be awake still.
    if (this.isClosing) throw this.#fault ?? new PutAway();
    if (this.#isGone()) {
      await untilAborted(this.ended, signal);
      throw new PutAway();
    }
    if (this.#isFirstKept) this.#isFirstKept = false;
    else this.#leases++;
    clearTimeout(this.#keepTimer);
    let isLent = true;
    const release = (): void => {
      if (!isLent) return;
      isLent = false;
      this.#leases--;
      this.#rest();
    };
    try {
      return { connect: await untilAborted(this.#awake, signal), release };
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Puts it away. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.ended;
  }

  /** Stays for a while, if nobody asks it. */
  #rest(): void {
    clearTimeout(this.#keepTimer);
    if (this.state !== 'idle' || this.isClosing) return;
    this.#idleSinceMs = performance.now();
    this.#keepTimer = setTimeout(() => void this.close(), this.#options.keepMs);
    this.#options.onIdle();
  }
}
