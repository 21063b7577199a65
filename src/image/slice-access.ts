import { checkRange } from './random-access.js';
import type { RandomAccess } from './random-access.js';

/** A part of something that can be read, on its own: a partition of a disk, a member of an archive. */
export function sliceAccess(source: RandomAccess, start: number, sizeBytes: number): RandomAccess {
  checkRange(source.sizeBytes, start, sizeBytes);
  return {
    sizeBytes,
    async read(offset, length) {
      checkRange(sizeBytes, offset, length);
      return source.read(start + offset, length);
    },
  };
}
