import { accessPieces } from '../../image/access-pieces.js';
import { accessBytes } from '../../image/random-access.js';
import type { RandomAccess } from '../../image/random-access.js';
import { Turns } from '../turns.js';
import { gunzip } from './gunzip.js';
import { joinChunks } from './limits.js';
import type { DecompressionLimits } from './limits.js';
import { unxz } from './xz.js';
import { unzstd } from './zstd.js';

/** How a file is packed, by the ending of its name. */
export type Compression = 'gzip' | 'xz' | 'zstd' | 'none';

const ENDINGS: readonly (readonly [string, Compression])[] = [
  ['.gz', 'gzip'],
  ['.xz', 'xz'],
  ['.zst', 'zstd'],
];

/** A file name without its compression's ending, and which compression that is. */
export function splitCompression(name: string): { stem: string; compression: Compression } {
  for (const [ending, compression] of ENDINGS) {
    if (name.endsWith(ending)) return { stem: name.slice(0, -ending.length), compression };
  }
  return { stem: name, compression: 'none' };
}

/**
 * Unpacks a whole source, piece by piece, so that neither what goes in nor what comes out is in memory at
 * once. See {@link unxz} before nesting two of these.
 *
 * @throws ZosiaError `ZOSIA_GZIP_CORRUPT`, `ZOSIA_XZ_CORRUPT`, `ZOSIA_ZSTD_CORRUPT`,
 * `ZOSIA_DECOMPRESSED_TOO_LARGE`; the signal's reason when cancelled
 */
export async function* decompress(
  compression: Compression,
  source: RandomAccess,
  limits: DecompressionLimits,
): AsyncGenerator<Uint8Array, void, undefined> {
  const turns = new Turns(limits.signal);
  for await (const piece of pieces(compression, source, limits)) {
    await turns.take();
    yield piece;
  }
}

async function* pieces(
  compression: Compression,
  source: RandomAccess,
  limits: DecompressionLimits,
): AsyncGenerator<Uint8Array, void, undefined> {
  switch (compression) {
    case 'gzip':
      return yield* gunzip(source, limits);
    case 'xz':
      return yield* unxz(source, limits);
    case 'zstd':
      return yield* unzstd(source, limits);
    case 'none':
      return yield* accessPieces(source);
  }
}

/** {@link decompress} into one array; bytes that are not packed are returned as they are. */
export async function decompressWhole(
  compression: Compression,
  bytes: Uint8Array,
  limits: DecompressionLimits,
): Promise<Uint8Array> {
  if (compression === 'none') return bytes;
  const chunks: Uint8Array[] = [];
  for await (const chunk of decompress(compression, accessBytes(bytes), limits)) chunks.push(chunk);
  return joinChunks(chunks);
}
