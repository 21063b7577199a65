import { gunzip } from '../gzip/gzip.js';
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
 * Unpacks bytes, piece by piece where the decoder can. See {@link unxz} before nesting two of these.
 *
 * @throws ZosiaError `ZOSIA_GZIP_CORRUPT`, `ZOSIA_XZ_CORRUPT`, `ZOSIA_ZSTD_CORRUPT`,
 * `ZOSIA_DECOMPRESSED_TOO_LARGE`
 */
export async function* decompress(
  compression: Compression,
  bytes: Uint8Array,
  limits: DecompressionLimits,
): AsyncGenerator<Uint8Array, void, undefined> {
  switch (compression) {
    case 'gzip':
      yield gunzip(bytes, limits);
      return;
    case 'xz':
      yield* unxz(bytes, limits);
      return;
    case 'zstd':
      yield* unzstd(bytes, limits);
      return;
    case 'none':
      yield bytes;
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
  for await (const chunk of decompress(compression, bytes, limits)) chunks.push(chunk);
  return joinChunks(chunks);
}
