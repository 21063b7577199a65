import { checkRange } from './random-access.js';
import type { RandomAccess } from './random-access.js';

const WINDOW_BYTES = 256 * 1024;

/**
 * Reads a source through a window of {@link WINDOW_BYTES}, so that the many small structures of an archive
 * cost one read of the file together. What it returns are views, valid whatever is read later.
 */
export function windowedAccess(source: RandomAccess): RandomAccess {
  const { sizeBytes } = source;
  let start = 0;
  let window = new Uint8Array(0);
  return {
    sizeBytes,
    async read(offset, length) {
      checkRange(sizeBytes, offset, length);
      if (length > WINDOW_BYTES) return source.read(offset, length);
      if (offset < start || offset + length > start + window.length) {
        const read = await source.read(offset, Math.min(WINDOW_BYTES, sizeBytes - offset));
        start = offset;
        window = read as typeof window;
      }
      return window.subarray(offset - start, offset - start + length);
    },
  };
}
