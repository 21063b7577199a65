const POLYNOMIAL_REVERSED = 0x82f6_3b78;

/** Bytes taken at a time. */
const SLICE_BYTES = 8;

/**
 * The remainder of each byte with 0 to 7 zero bytes behind it: eight bytes are looked up independently of
 * each other ("slicing-by-8": Kounavis and Berry, 2005). Signed, which is how numbers are xored.
 */
const TABLES = makeTables();

function makeTables(): Int32Array {
  const tables = new Int32Array(SLICE_BYTES * 256);
  for (let byte = 0; byte < 256; byte++) {
    let remainder = byte;
    for (let bit = 0; bit < 8; bit++) {
      remainder = remainder & 1 ? (remainder >>> 1) ^ POLYNOMIAL_REVERSED : remainder >>> 1;
    }
    tables[byte] = remainder;
  }
  for (let at = 256; at < tables.length; at++) {
    const before = tables[at - 256]!;
    tables[at] = (before >>> 8) ^ tables[before & 0xff]!;
  }
  return tables;
}

/** What ext4 starts from where no seed applies. */
export const CRC32C_START = 0xffff_ffff;

/**
 * Continues a CRC-32C (Castagnoli) over more bytes: those from `start` up to, not including, `end`. Like
 * ext4 it neither inverts the start value nor the result: the usual check value of a text is
 * `~crc32c(CRC32C_START, text)`.
 */
export function crc32c(crc: number, bytes: Uint8Array, start = 0, end = bytes.length): number {
  const tables = TABLES;
  let value = crc | 0;
  let at = start;
  for (; at + SLICE_BYTES <= end; at += SLICE_BYTES) {
    value =
      tables[1792 + ((value ^ bytes[at]!) & 0xff)]! ^
      tables[1536 + (((value >>> 8) ^ bytes[at + 1]!) & 0xff)]! ^
      tables[1280 + (((value >>> 16) ^ bytes[at + 2]!) & 0xff)]! ^
      tables[1024 + ((value >>> 24) ^ bytes[at + 3]!)]! ^
      tables[768 + bytes[at + 4]!]! ^
      tables[512 + bytes[at + 5]!]! ^
      tables[256 + bytes[at + 6]!]! ^
      tables[bytes[at + 7]!]!;
  }
  for (; at < end; at++) value = (value >>> 8) ^ tables[(value ^ bytes[at]!) & 0xff]!;
  return value >>> 0;
}

/** Continues a CRC-32C over a number written as four little-endian bytes. */
export function crc32cWord(crc: number, word: number): number {
  let value = crc ^ word;
  for (let i = 0; i < 4; i++) value = (value >>> 8) ^ TABLES[value & 0xff]!;
  return value >>> 0;
}

/** The seed of all metadata checksums of a file system: metadata_csum without a seed of its own. */
export function filesystemSeed(uuid: Uint8Array): number {
  return crc32c(CRC32C_START, uuid);
}

/** The seed of the checksums of an inode, its extent nodes and its directory blocks. */
export function inodeSeed(seed: number, inodeNumber: number, generation = 0): number {
  return crc32cWord(crc32cWord(seed, inodeNumber), generation);
}
