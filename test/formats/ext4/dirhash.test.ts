import { describe, expect, it } from 'vitest';
import { directoryHash } from '../../../src/formats/ext4/dirhash.js';

/** What debugfs 1.47 answers to `dx_hash -h half_md4 -s 00112233-4455-6677-8899-aabbccddeeff`. */
const KNOWN: [string, number, number][] = [
  ['a', 0x9375_2ee6, 0x578c_30ba],
  ['entry5', 0xd41c_050a, 0x74a4_ccd7],
  ['x'.repeat(32), 0x7ae8_2a38, 0xee35_9097],
  ['y'.repeat(33), 0x145d_e81c, 0x7927_3816],
];

describe('directoryHash', () => {
  it.each(KNOWN)('returns the hash of e2fsprogs for %s', (name, hash, minor) => {
    const seed = Buffer.from('00112233445566778899aabbccddeeff', 'hex');
    expect(directoryHash(name, seed)).toEqual({ hash, minor });
  });

  it('starts from the constants of MD4 when the seed is zero', () => {
    const known = { hash: 0x97c4_73ba, minor: 0x438a_5553 };
    expect(directoryHash('entry5', new Uint8Array(16))).toEqual(known);
  });
});
