import { describe, expect, it } from 'vitest';
import { Xxh64 } from '../../../src/formats/compression/xxh64.js';

/** Bytes 0, 7, 14 ... of a length, as `zstd --check` was given them, and the checksum it wrote. */
const KNOWN: readonly (readonly [number, number])[] = [
  [0, 0x51d8e999],
  [1, 0xdb052768],
  [4, 0x0a55ac41],
  [7, 0x6f3da63e],
  [8, 0x65b924eb],
  [31, 0xb1e722b7],
  [32, 0x31a8c629],
  [33, 0xf8d65b94],
  [63, 0x13e2fa26],
  [100, 0x8247d5db],
  [1000, 0xa9cfc168],
];

const sample = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i * 7) & 255);

describe('the lower half of XXH64', () => {
  it.each(KNOWN)('equals the checksum that zstd writes for %d bytes', (length, checksum) => {
    const bytes = sample(length);
    for (const pieceBytes of [1, 5, 32, 33, 1000]) {
      const hash = new Xxh64();
      for (let at = 0; at < length; at += pieceBytes) {
        hash.update(bytes.subarray(at, at + pieceBytes));
      }
      expect(hash.digestLow(), `pieces of ${pieceBytes}`).toBe(checksum);
    }
  });
});
