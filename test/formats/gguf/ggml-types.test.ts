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
  ])('%s %j', (name, dimensions, bytes) => {
    expect(tensorBytes(ggmlTypeNamed(name), dimensions)).toBe(bytes);
  });

  it('has no answer for half blocks and impossible sizes', () => {
    expect(tensorBytes(ggmlTypeNamed('Q4_K'), [128, 2])).toBeUndefined();
    expect(tensorBytes(ggmlTypeNamed('F32'), [2 ** 51])).toBeUndefined();
    expect(elementCount([2 ** 27, 2 ** 27])).toBeUndefined();
    expect(elementCount([2 ** 27, 2 ** 27, 0])).toBe(0);
  });
});

describe('ggmlTypeOf', () => {
  it('knows no types that were removed', () => {
    for (const id of [4, 5, 31, 32, 33, 36, 37, 38, 43, -1]) expect(ggmlTypeOf(id)).toBeUndefined();
  });
});
