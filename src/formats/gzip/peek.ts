import { Inflate, Z_SYNC_FLUSH } from 'pako';
import { joinChunks } from '../compression/limits.js';

/** The first two bytes of a gzip member (RFC 1952, section 2.3.1). */
export const GZIP_MAGIC = Uint8Array.of(0x1f, 0x8b);

/** Compressed bytes that are looked at: they unpack to about half a MiB at most. */
export const GZIP_PEEK_BYTES = 512;

/**
 * What the first bytes of a gzip file unpack to, so that it can be told what it holds before all of it
 * is unpacked. Empty when they are no gzip.
 */
export function peekGzip(head: Uint8Array): Uint8Array {
  const inflate = new Inflate({ chunkSize: 4096 });
  const chunks: Uint8Array[] = [];
  inflate.onData = (chunk) => {
    chunks.push(chunk);
  };
  inflate.push(head.subarray(0, GZIP_PEEK_BYTES), Z_SYNC_FLUSH);
  return joinChunks(chunks);
}
