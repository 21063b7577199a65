import { checkRange } from '../../image/random-access.js';
import type { RandomAccess } from '../../image/random-access.js';
import { ggmlTypeNamed } from './ggml-types.js';

/** Types that weights can be stored in here; a GGUF may have others. */
export const WEIGHT_TYPES = ['F32', 'F16', 'Q8_0'] as const;
export type WeightType = (typeof WEIGHT_TYPES)[number];

const FLOAT_BYTES = 4;
const HALF_BYTES = 2;

/** The largest value of a signed byte: what the largest weight of a Q8_0 block becomes. */
const Q8_MAX = 127;

/** From here on a float32 rounds to an infinite half: 65504 and half of the last step. */
const HALF_OVERFLOW = 65_520;
/** The smallest half with all its 11 bits of precision; below it the step stays the same. */
const HALF_MIN_NORMAL = 2 ** -14;
const HALF_MANTISSA_BITS = 10;

/**
 * The bits of the half (IEEE 754 binary16) next to a number, ties to the even one, as processors round.
 */
export function halfBits(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (Number.isNaN(value)) return 0x7e00;
  if (size >= HALF_OVERFLOW) return sign | 0x7c00;
  if (size < HALF_MIN_NORMAL) return sign | roundToEven(size * 2 ** 24);
  // Never wrong by one: a float64 has the logarithm's whole part exactly where it matters, below.
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

/**
 * Stores weights as a ggml type does (ggml/src/ggml-common.h: block_q8_0). A Q8_0 block is a half, its
 * scale, and 32 signed bytes; the scale is the largest weight's size divided by 127.
 *
 * @param values whole blocks of the type
 */
export function encodeWeights(type: WeightType, values: Float32Array): Uint8Array {
  const { blockSize, blockBytes } = ggmlTypeNamed(type);
  if (values.length % blockSize !== 0) {
    throw new RangeError(`${values.length} weights are no whole number of ${type} blocks`);
  }
  const out = Buffer.alloc((values.length / blockSize) * blockBytes);
  if (type === 'F32') {
    for (const [i, value] of values.entries()) out.writeFloatLE(value, i * FLOAT_BYTES);
  } else if (type === 'F16') {
    for (const [i, value] of values.entries()) out.writeUInt16LE(halfBits(value), i * HALF_BYTES);
  } else {
    for (let block = 0; block * blockSize < values.length; block++) {
      const start = block * blockSize;
      encodeQ8(values.subarray(start, start + blockSize), out, block * blockBytes);
    }
  }
  return out;
}

/**
 * ggml computes in float32, and so does this: the same weights give the same bytes as there. Weights so
 * small that the inverse of their scale is no float32 become 0, as the scale does when it is a half.
 */
function encodeQ8(values: Float32Array, out: Buffer, offset: number): void {
  let largest = 0;
  for (const value of values) largest = Math.max(largest, Math.abs(value));
  const scale = Math.fround(largest / Q8_MAX);
  const inverse = finiteOrZero(Math.fround(1 / scale));
  out.writeUInt16LE(halfBits(scale), offset);
  for (const [i, value] of values.entries()) {
    const scaled = Math.fround(value * inverse);
    // Halves away from zero, as C's roundf.
    const rounded = Math.sign(scaled) * Math.floor(Math.abs(scaled) + 0.5);
    out.writeInt8(rounded, offset + HALF_BYTES + i);
  }
}

const finiteOrZero = (value: number): number => (Number.isFinite(value) ? value : 0);

/**
 * The type for a matrix with rows of so many weights: the one wanted, or F16 where a row is no whole
 * number of its blocks, which is llama.cpp's way out as well.
 */
export function weightTypeFor(rowLength: number, wanted: WeightType): WeightType {
  return rowLength % ggmlTypeNamed(wanted).blockSize === 0 ? wanted : 'F16';
}

/**
 * Float32 weights seen as a tensor of another type: encoded as they are read, so that a model of any
 * size takes no memory. `source` holds little-endian float32, whole blocks of the type.
 */
export function accessEncoded(source: RandomAccess, type: WeightType): RandomAccess {
  const { blockSize, blockBytes } = ggmlTypeNamed(type);
  const blockSourceBytes = blockSize * FLOAT_BYTES;
  if (source.sizeBytes % blockSourceBytes !== 0) {
    throw new RangeError(`${source.sizeBytes} bytes are no whole number of ${type} blocks`);
  }
  const sizeBytes = (source.sizeBytes / blockSourceBytes) * blockBytes;
  return {
    sizeBytes,
    async read(offset, length) {
      checkRange(sizeBytes, offset, length);
      const first = Math.floor(offset / blockBytes);
      const end = Math.ceil((offset + length) / blockBytes);
      const bytes = await source.read(first * blockSourceBytes, (end - first) * blockSourceBytes);
      const start = offset - first * blockBytes;
      return encodeWeights(type, floatsOf(bytes)).subarray(start, start + length);
    },
  };
}

function floatsOf(bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from({ length: bytes.length / FLOAT_BYTES }, (_, i) =>
    view.getFloat32(i * FLOAT_BYTES, true),
  );
}
