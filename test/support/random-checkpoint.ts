import {
  LEGACY_HEADER_BYTES,
  MAGIC,
  VERSIONED_HEADER_BYTES,
  isNorm,
  tensorsOf,
} from './llama2-format.js';
import type { CheckpointFormat, Llama2Shape, Tensor } from './llama2-format.js';

/** Numbers from -1 up to 1; the same seed gives the same numbers (xorshift32). */
export function randomNumbers(seed: number): () => number {
  let state = seed | 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state / 2 ** 31;
  };
}

/** A checkpoint with random weights, of a size that lets activations neither die out nor explode. */
export function randomCheckpoint(
  shape: Llama2Shape,
  format: CheckpointFormat,
  seed: number,
): Uint8Array<ArrayBuffer> {
  const random = randomNumbers(seed);
  const tensors = tensorsOf(shape, format.version);
  const headerBytes = format.version === 0 ? LEGACY_HEADER_BYTES : VERSIONED_HEADER_BYTES;
  const groupSize = format.version === 2 ? format.groupSize : 0;
  const sizeOf = ({ name, count, rows, columns }: Tensor): number => {
    const values = count * rows * columns;
    return groupSize === 0 || isNorm(name) ? 4 * values : values + (4 * values) / groupSize;
  };
  const sizeBytes = tensors.reduce((sum, tensor) => sum + sizeOf(tensor), headerBytes);
  const bytes = new Uint8Array(sizeBytes);
  writeHeader(new DataView(bytes.buffer), shape, format);

  const view = new DataView(bytes.buffer);
  let position = headerBytes;
  for (const { name, count, rows, columns } of tensors) {
    const amplitude = 1.7 / Math.sqrt(columns); // uniform: a variance of 1 in `columns`
    if (groupSize === 0 || isNorm(name)) {
      for (let i = 0; i < count * rows * columns; i++, position += 4) {
        const value = isNorm(name) ? 1 + random() / 10 : amplitude * random();
        view.setFloat32(position, value, true);
      }
      continue;
    }
    for (let matrix = 0; matrix < count; matrix++) {
      for (let i = 0; i < rows * columns; i++) view.setInt8(position++, Math.round(127 * random()));
      for (let i = 0; i < (rows * columns) / groupSize; i++, position += 4) {
        view.setFloat32(position, (amplitude / 127) * (1 + random() / 10), true);
      }
    }
  }
  return bytes;
}

function writeHeader(view: DataView, shape: Llama2Shape, format: CheckpointFormat): void {
  const legacy = format.version === 0;
  const sign = legacy && !shape.sharedClassifier ? -1 : 1;
  const config = [
    ...[shape.dim, shape.hiddenDim, shape.layerCount, shape.headCount, shape.kvHeadCount],
    ...[sign * shape.vocabularySize, shape.contextLength],
  ];
  config.forEach((value, i) => {
    view.setInt32((legacy ? 0 : 8) + 4 * i, value, true);
  });
  if (legacy) return;
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, format.version, true);
  view.setUint8(36, shape.sharedClassifier ? 1 : 0);
  if (format.version === 2) view.setInt32(37, format.groupSize, true);
}
