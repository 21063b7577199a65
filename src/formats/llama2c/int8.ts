import { Buffer } from 'buffer';
import { FLOAT_BYTES } from '../gguf/floats.js';
import { checkRange } from '../../image/random-access.js';
import type { RandomAccess } from '../../image/random-access.js';
import type { CheckpointConfig } from './config.js';
import { groupDefect } from './config.js';

/** What export.py starts from, and halves until rows consist of whole groups. */
const USUAL_GROUP_SIZE = 64;

/** The size of the groups of an int8 checkpoint: export.py's, which also has those of the other width in mind. */
export function groupSizeFor(config: CheckpointConfig): number {
  let groupSize = USUAL_GROUP_SIZE;
  while (groupDefect(groupSize, config) !== undefined) groupSize /= 2;
  return groupSize;
}

/** The largest value of a signed byte: what the largest weight of a group becomes. */
const INT8_MAX = 127;

/** Some of the weights, quantised: the values, and a scale for each group. */
interface Quantised {
  readonly values: Int8Array;
  readonly scales: Float32Array;
}

/** export.py (quantize_q80), in float32 as there; rounds halves to even, as torch.round does. */
export function quantise(weights: Float32Array, groupSize: number): Quantised {
  const values = new Int8Array(weights.length);
  const scales = new Float32Array(weights.length / groupSize);
  for (const [group] of scales.entries()) {
    const start = group * groupSize;
    const own = weights.subarray(start, start + groupSize);
    const largest = own.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);
    const scale = Math.fround(largest / INT8_MAX);
    scales[group] = scale;
    if (scale === 0) continue;
    for (const [i, weight] of own.entries()) {
      const rounded = roundHalfToEven(Math.fround(weight / scale));
      values[start + i] = Math.max(-INT8_MAX, Math.min(INT8_MAX, rounded));
    }
  }
  return { values, scales };
}

function roundHalfToEven(value: number): number {
  const rounded = Math.round(value);
  return Math.abs(value % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

/** Weights that are quantised at once: whole groups, and no more than take little memory. */
const PIECE_WEIGHTS = 1 << 16;

/**
 * Float32 weights seen as a matrix of an int8 checkpoint: its values, then its scales. They are quantised as they are
 * read, so that a model of any size takes no memory.
 *
 * @param source little-endian float32, whole groups of it
 */
export function accessInt8(source: RandomAccess, groupSize: number): RandomAccess {
  const count = source.sizeBytes / FLOAT_BYTES;
  const groupCount = count / groupSize;
  if (!Number.isInteger(groupCount)) {
    throw new RangeError(`${count} weights are no whole number of groups of ${groupSize}`);
  }
  const sizeBytes = count + groupCount * FLOAT_BYTES;
  const pieceGroups = Math.max(1, Math.floor(PIECE_WEIGHTS / groupSize));

  /** Quantises groups one piece after another, and gives each piece with the number of its first group. */
  async function* pieces(first: number, end: number): AsyncGenerator<[number, Quantised]> {
    for (let group = first; group < end; group += pieceGroups) {
      const groups = Math.min(pieceGroups, end - group);
      const offset = group * groupSize * FLOAT_BYTES;
      const bytes = await source.read(offset, groups * groupSize * FLOAT_BYTES);
      yield [group, quantise(floatsOf(bytes), groupSize)];
    }
  }

  return {
    sizeBytes,
    async read(offset, length) {
      checkRange(sizeBytes, offset, length);
      const out = Buffer.alloc(length);
      const end = offset + length;
      const valuesEnd = Math.min(end, count);
      if (offset < valuesEnd) {
        const lastGroup = Math.ceil(valuesEnd / groupSize);
        for await (const [group, { values }] of pieces(Math.floor(offset / groupSize), lastGroup)) {
          copyRange(out, offset, group * groupSize, asBytes(values));
        }
      }
      if (end > count) {
        const [from, to] = [Math.max(offset, count) - count, end - count];
        const lastGroup = Math.ceil(to / FLOAT_BYTES);
        for await (const [group, { scales }] of pieces(Math.floor(from / FLOAT_BYTES), lastGroup)) {
          copyRange(out, offset, count + group * FLOAT_BYTES, littleEndian(scales));
        }
      }
      return out;
    },
  };
}

/** Copies what of `bytes`, which lie at `at`, falls into a buffer that begins at `offset`. */
function copyRange(out: Buffer, offset: number, at: number, bytes: Uint8Array): void {
  const start = Math.max(offset, at);
  const end = Math.min(offset + out.length, at + bytes.length);
  if (start < end) out.set(bytes.subarray(start - at, end - at), start - offset);
}

const asBytes = (values: Int8Array): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.length);

function littleEndian(scales: Float32Array): Buffer {
  const bytes = Buffer.alloc(scales.length * FLOAT_BYTES);
  for (const [i, scale] of scales.entries()) bytes.writeFloatLE(scale, i * FLOAT_BYTES);
  return bytes;
}

function floatsOf(bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from({ length: bytes.length / FLOAT_BYTES }, (_, i) =>
    view.getFloat32(i * FLOAT_BYTES, true),
  );
}
