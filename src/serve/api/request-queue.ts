import PQueue from 'p-queue';
import { ApiError, retryAfter } from './api-error.js';

/** When one of those that wait may have been answered, in seconds. */
const QUEUE_RETRY_S = 1;

/** Bounds how many requests are in a model's machine, and how many wait for that. */
export class RequestQueues {
  readonly #queues = new Map<string, PQueue>();
  readonly #parallel: number;
  readonly #maxQueue: number;

  constructor(parallel: number, maxQueue: number) {
    this.#parallel = parallel;
    this.#maxQueue = maxQueue;
  }

  /**
   * Does something for a request once it is its turn.
   *
   * @param signal aborts when nobody waits for it any more; then it waits no longer
   * @throws ApiError 429 when too many wait already; whatever `task` throws; the reason of `signal`
   */
  async run(model: string, signal: AbortSignal, task: () => Promise<void>): Promise<void> {
    const queue = this.#queueOf(model);
    if (queue.pending >= this.#parallel && queue.size >= this.#maxQueue) {
      throw new ApiError(
        429,
        `${model} has ${queue.pending} to answer, and ${queue.size} that wait: ask again later`,
        { code: 'queue_full', headers: retryAfter(QUEUE_RETRY_S) },
      );
    }
    await queue.add(task, { signal });
  }

  /** How many wait for each model that has been asked for. */
  lengths(): (readonly [model: string, waiting: number])[] {
    return [...this.#queues].map(([model, { size }]) => [model, size]);
  }

  #queueOf(model: string): PQueue {
    let queue = this.#queues.get(model);
    if (!queue) {
      queue = new PQueue({ concurrency: this.#parallel });
      this.#queues.set(model, queue);
    }
    return queue;
  }
}
