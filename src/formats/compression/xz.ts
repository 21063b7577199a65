import xzDecompress from 'xz-decompress';
import { ZosiaError } from '../../errors.js';
import { tooLarge } from './limits.js';
import type { DecompressionLimits } from './limits.js';

/** Large pieces: each one costs a round trip between the two streams. */
const INPUT_PIECE_BYTES = 1 << 20;

/**
 * Unpacks one .xz stream (the .xz file format; decoder: XZ Embedded, so checks none, CRC32 and CRC64
 * and the LZMA2 filter only), piece by piece. The decoder bounds the dictionary by itself.
 *
 * The decoder package opens one stream at a time: a second `unxz` waits until the first has ended.
 * So run it to its end (or leave the loop) before anything that may unpack another; a loop body that
 * waits for another `unxz` waits forever.
 *
 * @throws ZosiaError `ZOSIA_XZ_CORRUPT`, `ZOSIA_DECOMPRESSED_TOO_LARGE`
 */
export async function* unxz(
  compressed: Uint8Array,
  limits: DecompressionLimits,
): AsyncGenerator<Uint8Array, void, undefined> {
  const stream = new xzDecompress.XzReadableStream(pieces(compressed));
  const reader = stream.getReader();
  let producedBytes = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((cause: unknown) => {
        throw corrupt(cause);
      });
      if (done) return;
      producedBytes += value.length;
      if (producedBytes > limits.maxBytes) throw tooLarge(limits.maxBytes);
      if (value.length > 0) yield value;
    }
  } finally {
    // Lets the next stream in. A stream that failed is closed already and says so again.
    await reader.cancel().catch(() => undefined);
  }
}

function pieces(bytes: Uint8Array): ReadableStream<Uint8Array> {
  let position = 0;
  return new ReadableStream({
    pull(controller) {
      if (position >= bytes.length) {
        controller.close();
        return;
      }
      controller.enqueue(bytes.subarray(position, position + INPUT_PIECE_BYTES));
      position += INPUT_PIECE_BYTES;
    },
  });
}

function corrupt(cause: unknown): ZosiaError {
  return new ZosiaError('ZOSIA_XZ_CORRUPT', 'xz data is damaged or cut short', {
    hint: 'Fetch the file again.',
    cause,
  });
}
