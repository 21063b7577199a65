import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { untilAborted } from '../../host/until-aborted.js';

export interface WorkerRun {
  readonly signal: AbortSignal;
  /** @param freeMiB the memory that it has to give */
  readonly onAwake: (connect: () => Duplex, freeMiB: number) => void;
}

export interface WorkerMachineOptions {
  /** Runs the machine until the signal aborts. @throws what it ends of otherwise */
  readonly run: (run: WorkerRun) => Promise<void>;
  /** Told each time it can be reached. */
  readonly onAwake: (freeMiB: number) => void;
  /** Told why it ended, before it is started again. */
  readonly onDied: (error: unknown) => void;
}

/** How long a machine waits that is started again, in ms: what keeps it from starting may take a while. */
const RESTART_MS = 1000;

/** The machine of a worker, which is started again whenever it ends. */
export class WorkerMachine {
  readonly #options: WorkerMachineOptions;
  #awake = newAwaited<() => Duplex>();
  #isAwake = false;

  constructor(options: WorkerMachineOptions) {
    this.#options = options;
  }

  /** Connects to what computes in it, once it is awake. @throws the reason of `signal` */
  async connect(signal: AbortSignal): Promise<Duplex> {
    const connect = await untilAborted(this.#awake.promise, signal);
    return connect();
  }

  /** Runs it until `signal` aborts. @throws what it ended of if it has never been awake */
  async run(signal: AbortSignal): Promise<void> {
    const { run, onAwake, onDied } = this.#options;
    const isOver = (): boolean => signal.aborted;
    let wakes = 0;
    while (!isOver()) {
      try {
        await run({
          signal,
          onAwake: (connect, freeMiB) => {
            wakes++;
            this.#isAwake = true;
            this.#awake.resolve(connect);
            onAwake(freeMiB);
          },
        });
      } catch (error) {
        if (isOver()) return;
        // One that cannot be started will not be the next time.
        if (wakes === 0) throw error;
        onDied(error);
      }
      // Who waits for one that never came waits for the next.
      if (this.#isAwake) this.#awake = newAwaited();
      this.#isAwake = false;
      await sleep(RESTART_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}

function newAwaited<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((done) => (resolve = done));
  return { promise, resolve };
}
