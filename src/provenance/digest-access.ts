import { createHash } from 'node:crypto';
import type { RandomAccess } from '../image/random-access.js';
import { MIB } from '../image/units.js';

const PIECE_BYTES = 4 * MIB;

/** Told how much of a file has been read; for long work. */
export type OnRead = (name: string, doneBytes: number, totalBytes: number) => void;

/**
 * The sha256, in lower-case hex, of all bytes.
 *
 * @throws the signal's reason when cancelled, and what reading throws
 */
export async function digestAccess(
  file: RandomAccess,
  signal?: AbortSignal,
  start = 0,
  end = file.sizeBytes,
  onBytes?: (doneBytes: number) => void,
): Promise<string> {
  const hash = createHash('sha256');
  for (let offset = start; offset < end; offset += PIECE_BYTES) {
    signal?.throwIfAborted();
    hash.update(await file.read(offset, Math.min(PIECE_BYTES, end - offset)));
    onBytes?.(Math.min(offset + PIECE_BYTES, end) - start);
  }
  return hash.digest('hex');
}
