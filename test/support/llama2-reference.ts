import {
  LEGACY_HEADER_BYTES,
  VERSIONED_HEADER_BYTES,
  checkpointShape,
  isNorm,
  tensorsOf,
} from './llama2-format.js';
import type { CheckpointFormat, Llama2Shape, NormName } from './llama2-format.js';

/**
 * A second opinion on what a llama2.c model makes of a text. Written from the description of the
 * algorithm (llama2.c: run.c, runq.c; Touvron et al. 2023), in double precision and without any thought
 * of speed, so that it shares nothing with the C it is compared with.
 */

type Weights = Readonly<Record<string, readonly Float32Array[]>>;

/** Every matrix as float32, those of int8 with their scales multiplied in. */
function readWeights(bytes: Uint8Array, shape: Llama2Shape, format: CheckpointFormat): Weights {
  const start = format.version === 0 ? LEGACY_HEADER_BYTES : VERSIONED_HEADER_BYTES;
  const copy = new Uint8Array(bytes.subarray(start)); // aligned as floats want it, whatever `bytes` is
  const view = new DataView(copy.buffer);
  const groupSize = format.version === 2 ? format.groupSize : 0;
  const weights: Record<string, Float32Array[]> = {};
  let position = 0;
  for (const { name, count, rows, columns } of tensorsOf(shape, format.version)) {
    const size = rows * columns;
    const plain = groupSize === 0 || isNorm(name);
    weights[name] = Array.from({ length: count }, () => {
      const start = position;
      position += plain ? 4 * size : size + (4 * size) / groupSize;
      if (plain) return new Float32Array(copy.buffer, start, size);
      return Float32Array.from({ length: size }, (_, i) => {
        const scale = view.getFloat32(start + size + 4 * Math.floor(i / groupSize), true);
        return view.getInt8(start + i) * scale;
      });
    });
  }
  return weights;
}

/** A model that computes the logits of one position after another. */
export function referenceModel(bytes: Uint8Array): (token: number) => Float64Array {
  const [shape, format] = checkpointShape(bytes);
  const weights = readWeights(bytes, shape, format);
  const { dim, headCount, kvHeadCount } = shape;
  const headDim = dim / headCount;
  const groupSize = format.version === 2 ? format.groupSize : 0;
  const keys: Float64Array[][] = [];
  const values: Float64Array[][] = [];
  let position = 0;

  const matrix = (name: string, layer = 0): Float32Array => weights[name]![layer]!;
  const norm = (x: Float64Array, name: NormName, layer = 0): Float64Array => {
    const scale = 1 / Math.sqrt(x.reduce((sum, value) => sum + value * value, 0) / dim + 1e-5);
    return x.map((value, i) => matrix(name)[layer * dim + i]! * value * scale);
  };
  const multiply = (m: Float32Array, vector: Float64Array): Float64Array => {
    const x = groupSize === 0 ? vector : quantised(vector, groupSize);
    const columns = x.length;
    return Float64Array.from({ length: m.length / columns }, (_, row) => {
      let sum = 0;
      for (let c = 0; c < columns; c++) sum += m[row * columns + c]! * x[c]!;
      return sum;
    });
  };
  const rotate = (x: Float64Array): Float64Array => {
    const turned = new Float64Array(x.length);
    for (let i = 0; i < x.length; i += 2) {
      const angle = position / 10_000 ** ((i % headDim) / headDim);
      turned[i] = x[i]! * Math.cos(angle) - x[i + 1]! * Math.sin(angle);
      turned[i + 1] = x[i]! * Math.sin(angle) + x[i + 1]! * Math.cos(angle);
    }
    return turned;
  };
  const attend = (query: Float64Array, layer: number): Float64Array => {
    const out = new Float64Array(dim);
    for (let head = 0; head < headCount; head++) {
      const base = Math.floor(head / (headCount / kvHeadCount)) * headDim;
      const scores = keys[layer]!.map((key) => {
        let sum = 0;
        for (let i = 0; i < headDim; i++) sum += query[head * headDim + i]! * key[base + i]!;
        return sum / Math.sqrt(headDim);
      });
      softmax(scores).forEach((probability, t) => {
        for (let i = 0; i < headDim; i++) {
          out[head * headDim + i]! += probability * values[layer]![t]![base + i]!;
        }
      });
    }
    return out;
  };

  return (token) => {
    const embedding = matrix('embedding');
    let x = Float64Array.from(embedding.subarray(token * dim, (token + 1) * dim));
    const add = (y: Float64Array): void => {
      x = x.map((value, i) => value + y[i]!);
    };
    for (let layer = 0; layer < shape.layerCount; layer++) {
      const normed = norm(x, 'attentionNorm', layer);
      const query = rotate(multiply(matrix('wq', layer), normed));
      (keys[layer] ??= []).push(rotate(multiply(matrix('wk', layer), normed)));
      (values[layer] ??= []).push(multiply(matrix('wv', layer), normed));
      add(multiply(matrix('wo', layer), attend(query, layer)));
      const input = norm(x, 'ffnNorm', layer);
      const up = multiply(matrix('w3', layer), input);
      const gate = multiply(matrix('w1', layer), input);
      const hidden = gate.map((value, i) => (value / (1 + Math.exp(-value))) * up[i]!);
      add(multiply(matrix('w2', layer), hidden));
    }
    position++;
    return multiply(
      matrix(shape.sharedClassifier ? 'embedding' : 'classifier'),
      norm(x, 'finalNorm'),
    );
  };
}

/** What is left of a vector after it has been int8 in groups. */
function quantised(x: Float64Array, groupSize: number): Float64Array {
  const result = new Float64Array(x.length);
  for (let start = 0; start < x.length; start += groupSize) {
    const group = x.subarray(start, start + groupSize);
    const scale = group.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / 127;
    if (scale === 0) continue;
    group.forEach((value, i) => {
      result[start + i] = Math.sign(value) * Math.round(Math.abs(value) / scale) * scale;
    });
  }
  return result;
}

export function softmax(scores: readonly number[]): number[] {
  const largest = scores.reduce((a, b) => Math.max(a, b));
  const powers = scores.map((score) => Math.exp(score - largest));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
}
