import {
  Z_BUF_ERROR,
  Z_NO_FLUSH,
  Z_OK,
  Z_STREAM_END,
  ZStream,
  zlibInflate,
  zlibInflateEnd,
  zlibInflateInit2,
} from 'pako';
import { ZosiaError } from '../../errors.js';
import type { RandomAccess } from '../../image/random-access.js';
import type { DecompressionLimits } from './limits.js';
import { readPiece, unpackAll } from './unpacking.js';
import type { Unpacking } from './unpacking.js';

/** Window of 32 KiB, gzip wrapper (zlib manual, inflateInit2). */
const GZIP_ONLY_WINDOW_BITS = 15 + 16;
const OUTPUT_PIECE_BYTES = 256 * 1024;
const ZERO_SCAN_BYTES = 64 * 1024;

/**
 * Unpacks the gzip member (RFC 1952) that begins at `offset`, piece by piece; its checksum is checked.
 *
 * @throws ZosiaError `ZOSIA_GZIP_CORRUPT`
 */
export async function* gunzipMember(source: RandomAccess, offset: number): Unpacking {
  const stream = new ZStream();
  zlibInflateInit2(stream, GZIP_ONLY_WINDOW_BITS);
  let position = offset;
  try {
    for (;;) {
      if (stream.avail_in === 0) {
        const piece = await readPiece(source, position);
        if (piece.length === 0) throw corrupt('cut short');
        position += piece.length;
        stream.input = piece;
        stream.next_in = 0;
        stream.avail_in = piece.length;
      }
      stream.output = new Uint8Array(OUTPUT_PIECE_BYTES);
      stream.next_out = 0;
      stream.avail_out = OUTPUT_PIECE_BYTES;
      const status = zlibInflate(stream, Z_NO_FLUSH);
      if (status !== Z_OK && status !== Z_STREAM_END && status !== Z_BUF_ERROR) {
        throw corrupt(stream.msg || 'no deflate data');
      }
      if (stream.next_out > 0) yield stream.output.subarray(0, stream.next_out);
      if (status === Z_STREAM_END) return position - stream.avail_in;
    }
  } finally {
    zlibInflateEnd(stream);
  }
}

/**
 * Unpacks gzip members that follow each other, as one, piece by piece. Zero bytes after the last are padding.
 *
 * @throws ZosiaError `ZOSIA_GZIP_CORRUPT`, `ZOSIA_DECOMPRESSED_TOO_LARGE`
 */
export function gunzip(
  source: RandomAccess,
  limits: DecompressionLimits,
): AsyncGenerator<Uint8Array, void, undefined> {
  return unpackAll(source, memberAndPadding, limits);
}

async function* memberAndPadding(source: RandomAccess, offset: number): Unpacking {
  const end = yield* gunzipMember(source, offset);
  if (end === source.sizeBytes) return end;
  const [next] = await source.read(end, 1);
  if (next !== 0) return end;
  for (let position = end; position < source.sizeBytes; position += ZERO_SCAN_BYTES) {
    const length = Math.min(ZERO_SCAN_BYTES, source.sizeBytes - position);
    const bytes = await source.read(position, length);
    if (bytes.some((byte) => byte !== 0)) throw corrupt('something else follows it');
  }
  return source.sizeBytes;
}

function corrupt(detail: string): ZosiaError {
  return new ZosiaError('ZOSIA_GZIP_CORRUPT', `gzip data is damaged (${detail})`, {
    hint: 'Fetch the file again, or build it again if zosia built it.',
  });
}
