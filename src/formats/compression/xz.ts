import type { XzReadableStream } from 'xz-decompress';
import { ZosiaError } from '../../errors.js';
import type { RandomAccess } from '../../image/random-access.js';
import { sliceAccess } from '../../image/slice-access.js';
import { tooLarge } from './limits.js';
import type { DecompressionLimits } from './limits.js';
import { asZosiaError } from './unpacking.js';
import type { Unpacking } from './unpacking.js';
import { xzStreamEnd } from './xz-end.js';
import { unknownToDecoder, xzSettings } from './xz-settings.js';

/** Large pieces: each one costs a round trip between the two streams. */
const INPUT_PIECE_BYTES = 1 << 20;

interface XzModule {
  readonly XzReadableStream: typeof XzReadableStream;
}

/**
 * Unpacks a source that is one .xz stream (the .xz file format; decoder: XZ Embedded, so checks none, CRC32
 * and CRC64 and the LZMA2 filter only), piece by piece. The decoder bounds the dictionary by itself.
 *
 * The decoder package opens one stream at a time: a second `unxz` waits until the first has ended.
 * So run it to its end (or leave the loop) before anything that may unpack another; a loop body that
 * waits for another `unxz` waits forever.
 *
 * @throws ZosiaError `ZOSIA_XZ_CORRUPT`, `ZOSIA_DECOMPRESSED_TOO_LARGE`
 */
export async function* unxz(
  source: RandomAccess,
  limits: DecompressionLimits,
): AsyncGenerator<Uint8Array, void, undefined> {
  // Loaded when it is needed: most of who import this unpack nothing.
  const loaded: XzModule & { default?: XzModule } = await import('xz-decompress');
  // tsx, which runs the benchmarks, gives no default when it loads a CommonJS module so.
  const { XzReadableStream } = loaded.default ?? loaded;
  const stream = new XzReadableStream(pieces(source));
  const reader = stream.getReader();
  let producedBytes = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((cause: unknown) => {
        throw asZosiaError(cause, corrupt);
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

/**
 * Unpacks the .xz stream that begins at `offset` of a source with something else behind it; see {@link unxz}.
 *
 * @throws ZosiaError `ZOSIA_XZ_CORRUPT`, `ZOSIA_XZ_UNSUPPORTED`
 */
export async function* unxzStream(source: RandomAccess, offset: number): Unpacking {
  const settings = await xzSettings(source, offset);
  const unknown = settings && unknownToDecoder(settings);
  if (unknown !== undefined) throw unsupported(unknown);
  const end = await xzStreamEnd(source, offset);
  if (end === undefined) {
    // Nobody can tell where it ends: what comes before the damage is unpacked all the same.
    yield* unxz(sliceAccess(source, offset, source.sizeBytes - offset), { maxBytes: Infinity });
    throw corrupt(undefined);
  }
  yield* unxz(sliceAccess(source, offset, end - offset), { maxBytes: Infinity });
  return end;
}

function pieces(source: RandomAccess): ReadableStream<Uint8Array> {
  let position = 0;
  return new ReadableStream(
    {
      async pull(controller) {
        if (position >= source.sizeBytes) {
          controller.close();
          return;
        }
        const length = Math.min(INPUT_PIECE_BYTES, source.sizeBytes - position);
        controller.enqueue(await source.read(position, length));
        position += length;
      },
    },
    { highWaterMark: 0 },
  );
}

function unsupported(unknown: string): ZosiaError {
  return new ZosiaError(
    'ZOSIA_XZ_UNSUPPORTED',
    `xz data was packed with ${unknown}, which zosia does not unpack`,
    { hint: 'Unpack it with unxz, or pack it again with xz --check=crc32 and no filter.' },
  );
}

function corrupt(cause: unknown): ZosiaError {
  return new ZosiaError('ZOSIA_XZ_CORRUPT', 'xz data is damaged or cut short', {
    hint: 'Fetch the file again.',
    cause,
  });
}
