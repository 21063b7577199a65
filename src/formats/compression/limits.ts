import { ZosiaError } from '../../errors.js';

export interface DecompressionLimits {
  /** Refuse to produce more than this. A few kilobytes can unpack to many gigabytes. */
  readonly maxBytes: number;
  readonly signal?: AbortSignal | undefined;
}

/** The error of every decompressor whose output would pass its limit. */
export function tooLarge(maxBytes: number): ZosiaError {
  return new ZosiaError(
    'ZOSIA_DECOMPRESSED_TOO_LARGE',
    `compressed data unpacks to more than ${maxBytes} bytes`,
    { hint: 'No file zosia needs is that large; check where this one came from.' },
  );
}

/** Chunks as one array of its own: a view would keep the larger buffer it looks into in memory. */
export function joinChunks(chunks: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(chunks.reduce((total, chunk) => total + chunk.length, 0));
  let position = 0;
  for (const chunk of chunks) {
    joined.set(chunk, position);
    position += chunk.length;
  }
  return joined;
}
