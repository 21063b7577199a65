import { Buffer } from 'buffer';
import { checkRange } from '../../image/random-access.js';
import type { RandomAccess } from '../../image/random-access.js';
import { FLOAT_BYTES, HALF_BYTES, halfBits } from './floats.js';
import { ggmlTypeNamed } from './ggml-types.js';

/** Types that weights can be stored in here; a GGUF may have others. */
export const WEIGHT_TYPES = ['F32', 'F16', 'Q8_0'] as const;
export type WeightType = (typeof WEIGHT_TYPES)[number];

/** The largest value of a signed byte: what the largest weight of a Q8_0 block becomes. */
const Q8_MAX = 127;

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
