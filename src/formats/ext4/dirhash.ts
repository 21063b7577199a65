import type { ByteString } from '../byte-string.js';

/** Where a name belongs in a hash tree. */
export interface DirectoryHash {
  /** An even 32-bit number, below the one that means the end. */
  readonly hash: number;
  /** Orders names whose hashes are the same. */
  readonly minor: number;
}

const CHUNK_BYTES = 32;
const WORDS = CHUNK_BYTES / 4;
/** The state MD4 starts from (RFC 1320, section 3.3), for a seed of zeros. */
const MD4_START = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476] as const;
const LAST_HASH = 0xffff_fffc;
const END_HASH = 0xffff_fffe;

/** A cut-down MD4 has three rounds of eight steps: which words they take, and their rotations. */
const ROUNDS = [
  {
    mix: (x: number, y: number, z: number): number => z ^ (x & (y ^ z)),
    constant: 0,
    words: [0, 1, 2, 3, 4, 5, 6, 7],
    rotations: [3, 7, 11, 19],
  },
  {
    mix: (x: number, y: number, z: number): number => ((x & y) + ((x ^ y) & z)) | 0,
    constant: 0x5a82_7999,
    words: [1, 3, 5, 7, 0, 2, 4, 6],
    rotations: [3, 5, 9, 13],
  },
  {
    mix: (x: number, y: number, z: number): number => x ^ y ^ z,
    constant: 0x6ed9_eba1,
    words: [3, 7, 2, 6, 1, 5, 0, 4],
    rotations: [3, 9, 11, 15],
  },
] as const;

/**
 * The "half MD4" hash of a name (kernel Documentation/filesystems/ext4/directory.rst, "Hash Tree
 * Directories").
 *
 * @param seed the 16 bytes of the superblock's hash seed
 * @param isSigned whether the bytes of the name are taken as signed, as some file systems want it
 */
export function directoryHash(name: ByteString, seed: Uint8Array, isSigned = false): DirectoryHash {
  const state = hashState(seed);
  for (let start = 0; start < name.length; start += CHUNK_BYTES) {
    transform(state, chunkWords(name, start, WORDS, isSigned));
  }
  return { hash: finishHash(state[1]!), minor: state[2]! >>> 0 };
}

/** What a hash with a seed starts from. */
export function hashState(seed: Uint8Array): number[] {
  const view = new DataView(seed.buffer, seed.byteOffset, seed.byteLength);
  const seedWords = [0, 4, 8, 12].map((at) => view.getUint32(at, true));
  return seedWords.some((word) => word !== 0) ? seedWords : [...MD4_START];
}

/** Makes a hash even, as the tree uses the lowest bit, and keeps it below the one for the end. */
export function finishHash(hash: number): number {
  const even = (hash & ~1) >>> 0;
  return even === END_HASH ? LAST_HASH : even;
}

/** Four bytes a word, the first one highest; padded with the length of what is left of the name. */
export function chunkWords(
  name: ByteString,
  start: number,
  wordCount: number,
  isSigned: boolean,
): number[] {
  const left = name.length - start;
  const padding = Math.imul(left, 0x0101_0101);
  const words = new Array<number>(wordCount).fill(padding);
  const end = Math.min(left, wordCount * 4);
  for (let i = 0; i < end; i++) {
    const word = i % 4 === 0 ? padding : words[i >> 2]!;
    const byte = name.charCodeAt(start + i);
    words[i >> 2] = (word << 8) + (isSigned ? (byte << 24) >> 24 : byte);
  }
  return words;
}

function transform(state: number[], words: readonly number[]): void {
  let [a, b, c, d] = state as [number, number, number, number];
  for (const { mix, constant, words: order, rotations } of ROUNDS) {
    for (let step = 0; step < order.length; step++) {
      const sum = (a + mix(b, c, d) + words[order[step]!]! + constant) | 0;
      const rotation = rotations[step % 4]!;
      const rotated = (sum << rotation) | (sum >>> (32 - rotation));
      [a, b, c, d] = [d, rotated, b, c];
    }
  }
  [a, b, c, d].forEach((value, i) => (state[i] = (state[i]! + value) | 0));
}
