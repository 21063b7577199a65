/**
 * The hash of an attribute's name (kernel fs/ext4/xattr.c, "ext4_xattr_hash_entry").
 *
 * @param read a byte of the name as the hash adds it
 */
export function hashName(
  name: Uint8Array,
  read: (byte: number) => number = (byte) => byte,
): number {
  let hash = 0;
  for (const byte of name) hash = rotateLeft(hash, 5) ^ read(byte);
  return hash;
}

/** Adds a value, padded with zeros to whole words, to the hash of a name: the hash of the entry. */
export function addValue(nameHash: number, value: Uint8Array): number {
  const padded = new Uint8Array(padToWord(value.length));
  padded.set(value);
  const words = new DataView(padded.buffer);
  let hash = nameHash;
  for (let at = 0; at < padded.length; at += 4) {
    hash = addHash(hash, words.getUint32(at, true));
  }
  return hash >>> 0;
}

/** Adds the hash of a value to that of a name, or that of an entry to that of a block. 32 bits, unsigned. */
export function addHash(hash: number, other: number): number {
  return (rotateLeft(hash, 16) ^ other) >>> 0;
}

/** Names and values begin on a multiple of four bytes. */
export function padToWord(length: number): number {
  return Math.ceil(length / 4) * 4;
}

function rotateLeft(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}
