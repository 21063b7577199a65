const POLYNOMIAL_REVERSED = 0x82f6_3b78;

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) {
    remainder = remainder & 1 ? (remainder >>> 1) ^ POLYNOMIAL_REVERSED : remainder >>> 1;
  }
  return remainder;
});

/** What ext4 starts from where no seed applies. */
export const CRC32C_START = 0xffff_ffff;

/**
 * Continues a CRC-32C (Castagnoli) over more bytes. Like ext4 it neither inverts the start value nor
 * the result: the usual check value of a text is `~crc32c(CRC32C_START, text)`.
 */
export function crc32c(crc: number, bytes: Uint8Array): number {
  let value = crc;
  for (let i = 0; i < bytes.length; i++) {
    value = (value >>> 8) ^ TABLE[(value ^ bytes[i]!) & 0xff]!;
  }
  return value >>> 0;
}

/** Continues a CRC-32C over a number written as four little-endian bytes. */
export function crc32cWord(crc: number, word: number): number {
  let value = crc ^ word;
  for (let i = 0; i < 4; i++) value = (value >>> 8) ^ TABLE[value & 0xff]!;
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
