/** Bytes of a float32 (IEEE 754 binary32) and of a half (binary16). */
export const FLOAT_BYTES = 4;
export const HALF_BYTES = 2;

/** From here on a float32 rounds to an infinite half: 65504 and half of the last step. */
const HALF_OVERFLOW = 65_520;
/** The smallest half with all its 11 bits of precision; below it the step stays the same. */
const HALF_MIN_NORMAL = 2 ** -14;
const HALF_MANTISSA_BITS = 10;

/**
 * The bits of the half (IEEE 754 binary16) nearest to a number, ties to the even one, as processors round.
 */
export function halfBits(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (Number.isNaN(value)) return 0x7e00;
  if (size >= HALF_OVERFLOW) return sign | 0x7c00;
  if (size < HALF_MIN_NORMAL) return sign | roundToEven(size * 2 ** 24);
  // Next to a power of two the logarithm may be rounded past it, and off by one: that is mended here.
  let exponent = Math.floor(Math.log2(size));
  if (2 ** exponent > size) exponent--;
  else if (2 ** (exponent + 1) <= size) exponent++;
  const mantissa = roundToEven(size * 2 ** (HALF_MANTISSA_BITS - exponent));
  // A mantissa that rounds up to the next power of two carries into the exponent, as it should.
  return sign | (((exponent + 14) << HALF_MANTISSA_BITS) + mantissa);
}

function roundToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
}

/** The number that the bits of a half (IEEE 754 binary16) stand for. */
export function halfValue(bits: number): number {
  const sign = (bits & 0x8000) === 0 ? 1 : -1;
  const exponent = (bits >> 10) & 0x1f;
  const mantissa = bits & 0x3ff;
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  if (exponent === 0x1f) return mantissa === 0 ? sign * Infinity : NaN;
  return sign * (1024 + mantissa) * 2 ** (exponent - 25);
}
