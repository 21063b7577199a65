import { ZosiaError } from '../../errors.js';
import type { RandomAccess } from '../../image/random-access.js';
import { tooLarge } from './limits.js';
import type { DecompressionLimits } from './limits.js';

/**
 * One packed stream (a gzip member, an xz stream, a zstd frame ...) being unpacked piece by piece. What the
 * generator returns in the end is where the stream ends in its source, in bytes: something else may follow.
 */
export type Unpacking = AsyncGenerator<Uint8Array, number, undefined>;

/** Compressed bytes read at a time, however large their source. */
export const INPUT_PIECE_BYTES = 64 * 1024;

/** The bytes of a source from `offset` on, as many as a piece has. */
export function readPiece(source: RandomAccess, offset: number): Promise<Uint8Array> {
  return source.read(offset, Math.min(INPUT_PIECE_BYTES, source.sizeBytes - offset));
}

/**
 * Unpacks packed streams that follow each other, as one, up to the end of the source.
 *
 * @param one unpacks the stream that begins at an offset
 * @throws ZosiaError `ZOSIA_DECOMPRESSED_TOO_LARGE`, and what `one` throws
 */
export async function* unpackAll(
  source: RandomAccess,
  one: (source: RandomAccess, offset: number) => Unpacking,
  limits: DecompressionLimits,
): AsyncGenerator<Uint8Array, void, undefined> {
  let roomBytes = limits.maxBytes;
  let position = 0;
  do {
    const unpacking = one(source, position);
    try {
      for (;;) {
        const { done, value } = await unpacking.next();
        if (done) {
          position = value;
          break;
        }
        roomBytes -= value.length;
        if (roomBytes < 0) throw tooLarge(limits.maxBytes);
        if (value.length > 0) yield value;
      }
    } finally {
      await unpacking.return(position);
    }
  } while (position < source.sizeBytes);
}

/** What a decoder throws, unless it is an error for people already. */
export function asZosiaError(error: unknown, explain: (cause: unknown) => ZosiaError): ZosiaError {
  return error instanceof ZosiaError ? error : explain(error);
}
