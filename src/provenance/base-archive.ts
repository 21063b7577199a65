import type { RandomAccess } from '../image/random-access.js';
import { digestAccess } from './digest-access.js';

/** Behind a base come at most two archives: see `layOver`. */
const LAST_ARCHIVES = 3;
/** Zeros between archives: see `concatenateArchives`. */
const LEAST_GAP_BYTES = 4;
const MOST_GAP_BYTES = 7;

/**
 * How many bytes at the start of an initramfs are the base it is layered on.
 *
 * @param starts where archives begin in it, in order
 * @returns undefined where nothing at its start has the base's sha256
 */
export async function baseBytes(
  source: RandomAccess,
  starts: readonly number[],
  sha256: string,
  signal: AbortSignal | undefined,
): Promise<number | undefined> {
  for (const next of starts.slice(-LAST_ARCHIVES)) {
    for (let gap = LEAST_GAP_BYTES; gap <= MOST_GAP_BYTES && gap < next; gap++) {
      if ((await digestAccess(source, signal, 0, next - gap)) === sha256) return next - gap;
    }
  }
  return undefined;
}
