import { describe, expect, it } from 'vitest';
import {
  elementCount,
  ggmlTypeNamed,
  ggmlTypeOf,
  tensorBytes,
} from '../../../src/formats/gguf/ggml-types.js';

describe('tensorBytes', () => {
  it.each([
    ['F32', [64, 512], 131_072],
    ['F16', [5], 10],
    ['Q4_0', [4096, 4096], 9_437_184],
    ['Q8_0', [32], 34],
    ['Q6_K', [2048, 128_256], 215_470_080],
    ['MXFP4', [2880, 2880, 32], 141_004_800],
    ['F32', [], 4],
    ['Q4_K', [256, 0], 0],
  ])('returns the size of a %s tensor of dimensions %j', (name, dimensions, bytes) => {
    expect(tensorBytes(ggmlTypeNamed(name), dimensions)).toBe(bytes);
  });

  it('returns undefined for partial blocks and for sizes past 2^53', () => {
    expect(tensorBytes(ggmlTypeNamed('Q4_K'), [128, 2])).toBeUndefined();
    expect(tensorBytes(ggmlTypeNamed('F32'), [2 ** 51])).toBeUndefined();
    expect(elementCount([2 ** 27, 2 ** 27])).toBeUndefined();
    expect(elementCount([2 ** 27, 2 ** 27, 0])).toBe(0);
  });
});

describe('ggmlTypeOf', () => {
  it('returns undefined for removed and unknown types', () => {
    for (const id of [4, 5, 31, 32, 33, 36, 37, 38, 43, -1]) expect(ggmlTypeOf(id)).toBeUndefined();
  });
});
