import { sha256 as hash } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';

/** The sha256 (FIPS 180-4), 32 bytes, of bytes in memory or of a text's UTF-8. */
export function sha256Bytes(data: Uint8Array | string): Uint8Array {
  return hash(data);
}

/** A sha256 of what comes piece by piece; updated with text it takes the UTF-8. */
export interface Sha256 {
  update(data: Uint8Array | string): unknown;
  digest(): Uint8Array;
}

export function sha256Hash(): Sha256 {
  return hash.create();
}

/** {@link sha256Bytes} in lower-case hex. */
export function sha256(data: Uint8Array | string): string {
  return bytesToHex(hash(data));
}
