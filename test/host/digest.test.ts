import { describe, expect, it } from 'vitest';
import { digestFile, digestImage } from '../../src/host/digest.js';
import { sha256 } from '../../src/image/sha256.js';
import { bytesSegment, makeImage } from '../../src/image/image.js';

// FIPS 180-4 examples, and a mebibyte of zeros as sha256sum has it.
const OF_NOTHING = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const OF_ABC = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
const OF_A_MEBIBYTE_OF_ZEROS = '30e14955ebf1352266dc2ff8067e68104607e750abb9d3b36582b8af909fcb58';

describe('digests', () => {
  it('agree with published values', async () => {
    expect(sha256('')).toBe(OF_NOTHING);
    expect(sha256(new TextEncoder().encode('abc'))).toBe(OF_ABC);
    expect(await digestImage(makeImage(0, []))).toBe(OF_NOTHING);
    const abc = new TextEncoder().encode('abc');
    expect(await digestImage(makeImage(3, [bytesSegment(0, abc)]))).toBe(OF_ABC);
    expect(await digestImage(makeImage(2 ** 20, []))).toBe(OF_A_MEBIBYTE_OF_ZEROS);
  });

  it('do not open a file to hash zero bytes', async () => {
    expect(await digestFile('/nowhere', 0)).toBe(OF_NOTHING);
  });
});
