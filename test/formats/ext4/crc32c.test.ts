import { describe, expect, it } from 'vitest';
import { CRC32C_START, crc32c, crc32cWord } from '../../../src/formats/ext4/crc32c.js';

describe('crc32c', () => {
  it('has the published check value (RFC 3720, inverted as ext4 does not)', () => {
    expect(~crc32c(CRC32C_START, Buffer.from('123456789')) >>> 0).toBe(0xe306_9283);
    expect(~crc32c(CRC32C_START, new Uint8Array(32)) >>> 0).toBe(0x8a91_36aa);
  });

  it('returns the same checksum for a word as for its little-endian bytes', () => {
    const bytes = Uint8Array.of(0xdd, 0xcc, 0xbb, 0xaa);
    expect(crc32cWord(CRC32C_START, 0xaabb_ccdd)).toBe(crc32c(CRC32C_START, bytes));
  });

  it('returns the same checksum for any range as byte by byte', () => {
    const bytes = Uint8Array.from({ length: 40 }, (_, i) => i * 37);
    for (let start = 0; start <= 20; start++) {
      for (let end = start; end <= bytes.length; end++) {
        let oneByOne = 5;
        for (const byte of bytes.subarray(start, end))
          oneByOne = crc32c(oneByOne, Uint8Array.of(byte));
        expect(crc32c(5, bytes, start, end)).toBe(oneByOne);
      }
    }
  });

  it('continues from an earlier checksum', () => {
    const whole = crc32c(7, Buffer.from('one two'));
    expect(crc32c(crc32c(7, Buffer.from('one ')), Buffer.from('two'))).toBe(whole);
  });
});
