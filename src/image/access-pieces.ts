import type { RandomAccess } from './random-access.js';

/** Large enough that calls of the system do not count, small beside any memory. */
const PIECE_BYTES = 1 << 20;

/**
 * All bytes from front to back, of which one piece at a time is in memory.
 *
 * @throws what reading `source` throws; the signal's reason when cancelled
 */
export async function* accessPieces(
  source: RandomAccess,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < source.sizeBytes; at += PIECE_BYTES) {
    signal?.throwIfAborted();
    yield await source.read(at, Math.min(PIECE_BYTES, source.sizeBytes - at));
  }
}
