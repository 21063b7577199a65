import { sliceSource } from './image.js';
import type { LeafSegment } from './image.js';

/** Neighbouring pieces of an image that are loaded and written together. */
export interface Batch {
  readonly offset: number;
  /** From the start of the first piece to the end of the last, gaps between them included. */
  readonly length: number;
  /** The length without the gaps. */
  readonly dataBytes: number;
  readonly pieces: readonly LeafSegment[];
}

/**
 * A gap of at least one block of the usual file systems may save room as a hole; a shorter one takes no
 * less room than zeros do, and zeros spare a system call.
 */
const MINIMUM_GAP_BYTES = 4096;

/**
 * Splits long segments and gathers short ones, so that a disk of many small files takes as few system
 * calls as one of a single large file.
 *
 * @param leaves ordered and not overlapping
 * @param maximumBytes the longest a batch may get: none reaches across a multiple of it, so that no two
 *   have part in one block
 */
export function* batches(
  leaves: readonly LeafSegment[],
  maximumBytes: number,
): Generator<Batch, void, undefined> {
  let pieces: LeafSegment[] = [];
  let start = 0;
  let end = 0;
  let limit = 0;
  let dataBytes = 0;
  for (const leaf of leaves) {
    for (let done = 0; done < leaf.length;) {
      const offset = leaf.offset + done;
      if (offset - end >= MINIMUM_GAP_BYTES || offset >= limit) {
        if (pieces.length > 0) yield { offset: start, length: end - start, dataBytes, pieces };
        pieces = [];
      }
      if (pieces.length === 0) {
        start = offset;
        limit = offset - (offset % maximumBytes) + maximumBytes;
        dataBytes = 0;
      }
      const length = Math.min(leaf.length - done, limit - offset);
      pieces.push({ ...leaf, offset, length, source: sliceSource(leaf.source, done, length) });
      dataBytes += length;
      done += length;
      end = offset + length;
    }
  }
  if (pieces.length > 0) yield { offset: start, length: end - start, dataBytes, pieces };
}
