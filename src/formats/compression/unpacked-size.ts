import { Buffer } from 'buffer';
import type { RandomAccess } from '../../image/random-access.js';

const MAGIC = [0x1f, 0x8b] as const;

/** ISIZE, the last field of a member (RFC 1952, 2.3.1). */
const TRAILER_BYTES = 4;

/**
 * The size that a gzip file of one member says it has when unpacked, modulo 4 GiB, without unpacking it.
 * Of several members it is the last one's.
 *
 * @returns bytes; undefined when it is no gzip file
 */
export async function statedUnpackedBytes(source: RandomAccess): Promise<number | undefined> {
  if (source.sizeBytes < MAGIC.length + TRAILER_BYTES) return undefined;
  const start = await source.read(0, MAGIC.length);
  if (!MAGIC.every((byte, index) => start[index] === byte)) return undefined;
  const trailer = await source.read(source.sizeBytes - TRAILER_BYTES, TRAILER_BYTES);
  return Buffer.from(trailer).readUInt32LE();
}
