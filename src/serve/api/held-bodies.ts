import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { ApiError, retryAfter } from './api-error.js';
import type { ApiLimits } from './options.js';

/** When bodies that are held now may be gone, in seconds. */
const HELD_RETRY_S = 5;

/**
 * Bounds the memory of the bodies of all requests: each is held until its request is over, as a request that waits for
 * a machine has to have it then.
 */
export class HeldBodies {
  readonly #limits: Pick<ApiLimits, 'bodyBytes' | 'heldBytes'>;
  readonly #held = new WeakMap<IncomingMessage, number>();
  #bytes = 0;

  constructor(limits: Pick<ApiLimits, 'bodyBytes' | 'heldBytes'>) {
    this.#limits = limits;
  }

  /**
   * Counts a request's body before it is read: as long as it may be where its length is not said.
   *
   * @throws ApiError 429 when those that there are leave no room for it
   */
  hold(request: IncomingMessage, response: ServerResponse): void {
    const bytes = this.#bytesOf(request.headers);
    if (bytes === 0) return;
    if (this.#bytes + bytes > this.#limits.heldBytes) {
      throw new ApiError(429, 'the bodies of other requests take all memory: ask again later', {
        code: 'bodies_full',
        headers: retryAfter(HELD_RETRY_S),
      });
    }
    this.#count(request, bytes);
    response.once('close', () => {
      this.#count(request, 0);
      this.#held.delete(request);
    });
  }

  /** Counts what a body that has been read takes in fact. */
  settle(request: IncomingMessage, bytes: number): void {
    if (this.#held.has(request)) this.#count(request, bytes);
  }

  #count(request: IncomingMessage, bytes: number): void {
    this.#bytes += bytes - (this.#held.get(request) ?? 0);
    this.#held.set(request, bytes);
  }

  /** One that is too long is refused before it is read. */
  #bytesOf(headers: IncomingHttpHeaders): number {
    const { bodyBytes } = this.#limits;
    const isChunked = headers['transfer-encoding'] !== undefined;
    const length = isChunked ? bodyBytes : Number(headers['content-length'] ?? 0);
    return length > bodyBytes ? 0 : length;
  }
}
