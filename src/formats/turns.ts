/** How long other work of the thread may wait for its turn, in milliseconds. */
const MAX_HELD_MS = 50;

/**
 * For work that may go on for long without waiting for anything, as unpacking from memory does: gives signals
 * and progress bars a turn now and then, without which nobody could ever cancel it.
 */
export class Turns {
  #since = performance.now();

  constructor(private readonly signal?: AbortSignal) {}

  /** @throws the signal's reason when it was cancelled */
  async take(): Promise<void> {
    if (performance.now() - this.#since > MAX_HELD_MS) {
      await nextTurn();
      this.#since = performance.now();
    }
    this.signal?.throwIfAborted();
  }
}

/** After whatever waits for the thread. A timer, since neither Node's setImmediate nor a browser's task is in both. */
export const nextTurn = (): Promise<void> => new Promise((done) => void setTimeout(done, 0));
