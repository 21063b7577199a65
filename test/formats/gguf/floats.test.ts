import { describe, expect, it } from 'vitest';
import { halfBits, halfValue } from '../../../src/formats/gguf/floats.js';

const EVERY_HALF = Array.from({ length: 0x10000 }, (_, bits) => bits);

/** As IEEE 754 (3.4) defines it: 5 digits of an exponent with the bias 15, 10 after the binary point. */
function definedValue(bits: number): number {
  const digits = bits.toString(2).padStart(16, '0');
  const sign = digits.startsWith('1') ? -1 : 1;
  const exponent = parseInt(digits.slice(1, 6), 2);
  const fraction = parseInt(digits.slice(6), 2) / 2 ** 10;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  if (exponent === 0) return sign * 2 ** -14 * fraction;
  return sign * 2 ** (exponent - 15) * (1 + fraction);
}

describe('halfValue', () => {
  it('returns the value that IEEE 754 defines for every half', () => {
    const wrong = EVERY_HALF.filter((bits) => !Object.is(halfValue(bits), definedValue(bits)));
    expect(wrong).toEqual([]);
    const known = [0x3c00, 0xc000, 0x0001, 0x0400, 0x7bff, 0x3555];
    expect(known.map(halfValue)).toEqual([1, -2, 2 ** -24, 2 ** -14, 65_504, 0.333251953125]);
  });
});

describe('halfBits', () => {
  it('returns every half unchanged, and the same bits for every NaN', () => {
    const lost = EVERY_HALF.filter((bits) => {
      const value = halfValue(bits);
      return halfBits(value) !== (Number.isNaN(value) ? 0x7e00 : bits);
    });
    expect(lost).toEqual([]);
  });

  it('rounds to the nearest half, and ties to even', () => {
    const astray = Array.from({ length: 0x7bff }, (_, bits) => bits).filter((bits) => {
      const middle = (halfValue(bits) + halfValue(bits + 1)) / 2;
      const even = bits % 2 === 0 ? bits : bits + 1;
      return (
        halfBits(middle) !== even ||
        halfBits(-middle) !== (even | 0x8000) ||
        halfBits(middle * (1 - 2 ** -40)) !== bits ||
        halfBits(middle * (1 + 2 ** -40)) !== bits + 1
      );
    });
    expect(astray).toEqual([]);
  });

  it('rounds the neighbours of a power of two to it', () => {
    for (let exponent = -14; exponent <= 15; exponent++) {
      const power = 2 ** exponent;
      const expected = (exponent + 15) << 10;
      expect(halfBits(power)).toBe(expected);
      expect(halfBits(power * (1 - Number.EPSILON / 2))).toBe(expected);
      expect(halfBits(power * (1 + Number.EPSILON))).toBe(expected);
    }
  });

  it('overflows to infinity from half a step above the largest half', () => {
    expect(halfBits(65_519.9)).toBe(0x7bff);
    expect(halfBits(65_520)).toBe(0x7c00);
    expect(halfBits(-1e30)).toBe(0xfc00);
  });
});
