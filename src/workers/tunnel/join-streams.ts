import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/**
 * Passes on what either of two connections says to the other, no faster than that takes it, until both have ended.
 * When one fails, so does the other.
 *
 * @throws what the first of them failed with
 */
export async function joinStreams(one: Duplex, other: Duplex): Promise<void> {
  // Of the two that fail together, the first to fail says why.
  await Promise.all([pipeline(one, other), pipeline(other, one)]);
}
