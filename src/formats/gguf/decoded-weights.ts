import { Buffer } from 'buffer';
import { checkRange } from '../../image/random-access.js';
import type { RandomAccess } from '../../image/random-access.js';
import { FLOAT_BYTES, HALF_BYTES, halfValue } from './floats.js';
import { ggmlTypeNamed } from './ggml-types.js';
import type { WeightType } from './weights.js';

/**
 * The weights that the bytes of a tensor stand for; what `encodeWeights` does, the other way round. A
 * Q8_0 weight is its byte times the block's scale (ggml/src/ggml-quants.c: dequantize_row_q8_0).
 *
 * @param bytes whole blocks of the type
 */
function decodeWeights(type: WeightType, bytes: Uint8Array): Float32Array {
  const { blockSize, blockBytes } = ggmlTypeNamed(type);
  if (bytes.length % blockBytes !== 0) {
    throw new RangeError(`${bytes.length} bytes are no whole number of ${type} blocks`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const valueOf = (index: number): number => {
    if (type === 'F32') return view.getFloat32(index * FLOAT_BYTES, true);
    if (type === 'F16') return halfValue(view.getUint16(index * HALF_BYTES, true));
    const block = Math.floor(index / blockSize) * blockBytes;
    const scale = halfValue(view.getUint16(block, true));
    return scale * view.getInt8(block + HALF_BYTES + (index % blockSize));
  };
  const count = (bytes.length / blockBytes) * blockSize;
  return Float32Array.from({ length: count }, (_, index) => valueOf(index));
}

/**
 * A tensor seen as little-endian float32: decoded as it is read, so that a model of any size takes no
 * memory. `source` holds whole blocks of the type.
 */
export function accessDecoded(source: RandomAccess, type: WeightType): RandomAccess {
  const { blockSize, blockBytes } = ggmlTypeNamed(type);
  if (source.sizeBytes % blockBytes !== 0) {
    throw new RangeError(`${source.sizeBytes} bytes are no whole number of ${type} blocks`);
  }
  const blockFloatBytes = blockSize * FLOAT_BYTES;
  const sizeBytes = (source.sizeBytes / blockBytes) * blockFloatBytes;
  return {
    sizeBytes,
    async read(offset, length) {
      checkRange(sizeBytes, offset, length);
      const first = Math.floor(offset / blockFloatBytes);
      const end = Math.ceil((offset + length) / blockFloatBytes);
      const bytes = await source.read(first * blockBytes, (end - first) * blockBytes);
      const start = offset - first * blockFloatBytes;
      return floatBytes(decodeWeights(type, bytes)).subarray(start, start + length);
    },
  };
}

function floatBytes(values: Float32Array): Uint8Array {
  const bytes = Buffer.alloc(values.length * FLOAT_BYTES);
  for (const [index, value] of values.entries()) bytes.writeFloatLE(value, index * FLOAT_BYTES);
  return bytes;
}
