import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accessDecoded } from '../../../src/formats/gguf/decoded-weights.js';
import { WEIGHT_TYPES, encodeWeights } from '../../../src/formats/gguf/weights.js';
import { accessBytes } from '../../../src/image/random-access.js';

describe('accessDecoded', () => {
  it.each(WEIGHT_TYPES)('reads any range of %s', async (type) => {
    const values = Float32Array.from({ length: 96 }, (_, i) => Math.sin(i) * 3);
    const encoded = encodeWeights(type, values);
    const access = accessDecoded(accessBytes(encoded), type);
    expect(access.sizeBytes).toBe(96 * 4);
    const all = Buffer.from(await access.read(0, access.sizeBytes));
    for (const [i, value] of values.entries()) {
      expect(Math.abs(all.readFloatLE(4 * i) - value)).toBeLessThan(0.02);
    }
    const range = fc.tuple(fc.nat(96 * 4), fc.nat(96 * 4)).map(([a, b]) => [a, b].sort(byNumber));
    await fc.assert(
      fc.asyncProperty(range, async ([start, end]) => {
        const part = await access.read(start!, end! - start!);
        expect(Buffer.from(part).equals(all.subarray(start, end))).toBe(true);
      }),
    );
  });

  it('rejects a partial block', () => {
    expect(() => accessDecoded(accessBytes(new Uint8Array(33)), 'Q8_0')).toThrow(RangeError);
    expect(() => accessDecoded(accessBytes(new Uint8Array(3)), 'F16')).toThrow(RangeError);
  });
});

const byNumber = (a: number, b: number): number => a - b;
