import { whenAborted } from '../../host/until-aborted.js';

/** What is done for all who wait for one machine, until it is there or none of them waits any more. */
export class Admission<T> {
  /** Resolves when it is over, with what it failed of. */
  readonly settled: Promise<unknown>;
  readonly #done: Promise<T>;
  readonly #leaving = new AbortController();
  #waiting = 0;
  #neededMiB: number | undefined;
  /** Resolves when it is known that there is no room yet. */
  readonly #waitsForRoom: Promise<void>;

  /**
   * @param work does it; tells what room it needs once it waits for that
   */
  constructor(
    closing: AbortSignal,
    work: (signal: AbortSignal, tellNeeds: (neededMiB: number) => void) => Promise<T>,
  ) {
    let told!: () => void;
    this.#waitsForRoom = new Promise((resolve) => (told = resolve));
    const signal = AbortSignal.any([closing, this.#leaving.signal]);
    this.#done = work(signal, (neededMiB) => {
      this.#neededMiB = neededMiB;
      told();
    });
    this.settled = this.#done.then(
      () => undefined,
      (error: unknown) => error,
    );
  }

  /** What room it needs, once that is known, in MiB. */
  get neededMiB(): number | undefined {
    return this.#neededMiB;
  }

  /** Whether nobody waits for it any more. */
  get isLeft(): boolean {
    return this.#leaving.signal.aborted;
  }

  /**
   * Waits for it.
   *
   * @param deadlineMs until when it is waited for room, by `performance.now()`
   * @returns 'late' after that
   * @throws what it failed of; the reason of `signal`
   */
  async join(deadlineMs: number, signal: AbortSignal): Promise<T | 'late'> {
    this.#waiting++;
    const over = new AbortController();
    try {
      return await Promise.race([
        this.#done,
        whenAborted(AbortSignal.any([signal, over.signal])).then((): never => {
          throw signal.reason;
        }),
        after(deadlineMs, over.signal).then(async () => {
          await this.#waitsForRoom;
          return 'late' as const;
        }),
      ]);
    } finally {
      over.abort();
      this.#waiting--;
      if (this.#waiting === 0) this.#leaving.abort(new Error('nobody waits for it any more'));
    }
  }
}

/** Resolves at a time; never once the signal has aborted. */
const after = (timeMs: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, Math.ceil(Math.max(0, timeMs - performance.now())));
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
    });
  });
