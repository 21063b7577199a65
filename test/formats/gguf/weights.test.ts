import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { halfValue } from '../../../src/formats/gguf/floats.js';
import { WEIGHT_TYPES, accessEncoded, encodeWeights } from '../../../src/formats/gguf/weights.js';
import { accessBytes } from '../../../src/image/random-access.js';

const float32 = fc.float({ noNaN: true, noDefaultInfinity: true });

describe('encodeWeights', () => {
  it('stores Q8_0 blocks as ggml does', () => {
    const values = Float32Array.from({ length: 32 }, (_, i) => (i - 16) / 8);
    const bytes = Buffer.from(encodeWeights('Q8_0', values));
    expect(bytes.length).toBe(34);
    // The largest weight is 2, so the scale is 2/127, which as a half is 0x2408.
    expect(bytes.readUInt16LE(0)).toBe(0x2408);
    expect(bytes.readInt8(2)).toBe(-127);
    expect(bytes.readInt8(2 + 16)).toBe(0);
    expect(bytes.readInt8(2 + 17)).toBe(8);
    expect(bytes.readInt8(2 + 31)).toBe(119);
  });

  it('stores a block of zeros as zeros', () => {
    expect(encodeWeights('Q8_0', new Float32Array(32))).toEqual(Buffer.alloc(34));
  });

  it('stores every weight with an error of at most half a step', () => {
    fc.assert(
      fc.property(
        fc.array(fc.float({ min: -8, max: 8, noNaN: true }), { minLength: 32, maxLength: 32 }),
        (list) => {
          const bytes = Buffer.from(encodeWeights('Q8_0', Float32Array.from(list)));
          const scale = halfValue(bytes.readUInt16LE(0));
          const largest = Math.max(...list.map(Math.abs));
          for (const [i, value] of list.entries()) {
            const back = bytes.readInt8(2 + i) * scale;
            // Half a step, and what the scale itself lost when it became a half.
            expect(Math.abs(back - value)).toBeLessThanOrEqual(
              largest / 127 / 2 + largest * 2 ** -11 + 127 * 2 ** -25,
            );
          }
        },
      ),
    );
  });

  it.each([1e-43, 1e-38, 3e-37])('stores a block of weights of %d as zeros', (value) => {
    const bytes = encodeWeights('Q8_0', new Float32Array(32).fill(value));
    expect(Buffer.from(bytes).readUInt16LE(0)).toBe(0);
  });

  it('stores weights of any magnitude as zero or with their sign', () => {
    const block = fc.integer({ min: -149, max: 127 }).chain((exponent) => {
      const most = Math.fround(2 ** exponent);
      const weight = fc.float({ min: -most, max: most, noNaN: true });
      return fc.array(weight, { minLength: 32, maxLength: 32 });
    });
    fc.assert(
      fc.property(block, (list) => {
        const bytes = Buffer.from(encodeWeights('Q8_0', Float32Array.from(list)));
        for (const [i, value] of list.entries()) {
          const stored = bytes.readInt8(2 + i);
          expect(Math.sign(stored) === 0 || Math.sign(stored) === Math.sign(value)).toBe(true);
        }
      }),
    );
  });

  it('rejects a partial block', () => {
    expect(() => encodeWeights('Q8_0', new Float32Array(33))).toThrow(RangeError);
    expect(() => accessEncoded(accessBytes(new Uint8Array(64)), 'Q8_0')).toThrow(RangeError);
  });
});

describe('accessEncoded', () => {
  it.each(WEIGHT_TYPES)('reads any range of %s as encodeWeights encodes it', async (type) => {
    const blocks = fc.array(float32, { minLength: 32, maxLength: 160 });
    await fc.assert(
      fc.asyncProperty(blocks, fc.nat(), fc.nat(), async (list, a, b) => {
        const values = Float32Array.from(list.slice(0, list.length - (list.length % 32)));
        const access = accessEncoded(accessBytes(encodeWeights('F32', values)), type);
        const whole = encodeWeights(type, values);
        expect(access.sizeBytes).toBe(whole.length);
        const [start, end] = [a % (whole.length + 1), b % (whole.length + 1)].sort((x, y) => x - y);
        expect(Buffer.from(await access.read(start!, end! - start!))).toEqual(
          Buffer.from(whole.subarray(start, end)),
        );
      }),
    );
  });
});
