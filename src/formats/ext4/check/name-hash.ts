import { isUtf8, byteStringBytes, toByteString } from '../../byte-string.js';
import { chunkWords, directoryHash, finishHash, hashState } from '../dirhash.js';
import { HASH_HALF_MD4, HASH_LEGACY, HASH_TEA, HASH_UNSIGNED } from '../layout/directory.js';
import type { ByteString } from '../../byte-string.js';
import type { Ext4Superblock } from '../reader/superblock.js';

const TEA_WORDS = 4;
const TEA_ROUNDS = 16;
const TEA_DELTA = 0x9e37_79b9;

/** Whether names can be hashed in this way: see the HASH_ numbers. */
export function isKnownHashVersion(version: number): boolean {
  return version < HASH_UNSIGNED + HASH_UNSIGNED;
}

const ASCII_UPPER = /[A-Z]/g;
// eslint-disable-next-line no-control-regex
const ASCII = /^[\x00-\x7f]*$/;

/**
 * A name as a directory without case (casefold) compares and hashes it: those that are not UTF-8 as they
 * are. Undefined for names that are not all ASCII, which take Unicode's tables of version 12.1.
 */
export function foldName(name: Uint8Array): Uint8Array | undefined {
  const text = toByteString(name);
  if (!ASCII.test(text)) return isUtf8(name) ? undefined : name;
  return byteStringBytes(text.replace(ASCII_UPPER, (letter) => letter.toLowerCase()));
}

/** The hash of a name in the tree of a directory whose root gives this version of the hash. */
export function nameHash(name: Uint8Array, version: number, superblock: Ext4Superblock): number {
  const { hashSeed, unsignedHash } = superblock;
  const isSigned = version < HASH_UNSIGNED && !unsignedHash;
  const text = toByteString(name);
  switch (version % HASH_UNSIGNED) {
    case HASH_HALF_MD4:
      return directoryHash(text, hashSeed, isSigned).hash;
    case HASH_TEA:
      return teaHash(text, hashSeed, isSigned);
    case HASH_LEGACY:
    default:
      return legacyHash(name, isSigned);
  }
}

/** The Tiny Encryption Algorithm with the state as the data and the name as the keys. */
function teaHash(name: ByteString, seed: Uint8Array, isSigned: boolean): number {
  const state = hashState(seed);
  for (let start = 0; start < name.length; start += 4 * TEA_WORDS) {
    const [a, b, c, d] = chunkWords(name, start, TEA_WORDS, isSigned) as [
      number,
      number,
      number,
      number,
    ];
    let [x, y] = [state[0]!, state[1]!];
    let sum = 0;
    for (let round = 0; round < TEA_ROUNDS; round++) {
      sum = (sum + TEA_DELTA) | 0;
      x = (x + (((y << 4) + a) ^ (y + sum) ^ ((y >>> 5) + b))) | 0;
      y = (y + (((x << 4) + c) ^ (x + sum) ^ ((x >>> 5) + d))) | 0;
    }
    state[0] = (state[0]! + x) | 0;
    state[1] = (state[1]! + y) | 0;
  }
  return finishHash(state[0]!);
}

/** The hash of the first file systems with trees. */
function legacyHash(name: Uint8Array, isSigned: boolean): number {
  let before = 0x37ab_e8f9;
  let hash = 0x12a3_fe2d;
  for (const unsigned of name) {
    const byte = isSigned ? (unsigned << 24) >> 24 : unsigned;
    let next = (before + (hash ^ Math.imul(byte, 7_152_373))) >>> 0;
    if (next >= 0x8000_0000) next -= 0x7fff_ffff;
    before = hash;
    hash = next;
  }
  return finishHash(hash << 1);
}
