/**
 * A second opinion on llama2.c: checkpoints of any shape with random weights, and what a model makes of
 * a text. Written from the descriptions of the formats and of the algorithm (llama2.c: export.py,
 * tokenizer.py, run.c, runq.c; Touvron et al. 2023), in double precision and without any thought of
 * speed, so that it shares nothing with the C it is compared with.
 */

export interface Llama2Shape {
  readonly dim: number;
  readonly hiddenDim: number;
  readonly layerCount: number;
  readonly headCount: number;
  readonly kvHeadCount: number;
  readonly vocabularySize: number;
  readonly contextLength: number;
  readonly sharedClassifier: boolean;
}

/** The shape of stories15M.bin, whose legacy checkpoint has 60,816,028 bytes. */
export const STORIES_15M: Llama2Shape = {
  dim: 288,
  hiddenDim: 768,
  layerCount: 6,
  headCount: 6,
  kvHeadCount: 6,
  vocabularySize: 32_000,
  contextLength: 256,
  sharedClassifier: true,
};

export type CheckpointFormat =
  { readonly version: 0 | 1 } | { readonly version: 2; readonly groupSize: number };

type NormName = 'attentionNorm' | 'ffnNorm' | 'finalNorm';
type MatrixName =
  'embedding' | 'wq' | 'wk' | 'wv' | 'wo' | 'w1' | 'w2' | 'w3' | 'ropeTables' | 'classifier';

interface Tensor {
  readonly name: NormName | MatrixName;
  /** How many of them follow each other: one a layer, or just one. */
  readonly count: number;
  readonly rows: number;
  readonly columns: number;
}

const VERSIONED_HEADER_BYTES = 256;
const MAGIC = 0x616b3432;

function tensorsOf(shape: Llama2Shape, version: number): Tensor[] {
  const { dim, hiddenDim, layerCount, vocabularySize, contextLength } = shape;
  const kvDim = (dim / shape.headCount) * shape.kvHeadCount;
  const norms = (name: NormName, rows: number) => ({ name, count: 1, rows, columns: dim });
  const matrices = (name: MatrixName, rows: number, columns: number) => ({
    name,
    count: layerCount,
    rows,
    columns,
  });
  const embedding = { name: 'embedding', count: 1, rows: vocabularySize, columns: dim } as const;
  const attention = [
    matrices('wq', dim, dim),
    matrices('wk', kvDim, dim),
    matrices('wv', kvDim, dim),
    matrices('wo', dim, dim),
  ];
  const feedForward = [
    matrices('w1', hiddenDim, dim),
    matrices('w2', dim, hiddenDim),
    matrices('w3', hiddenDim, dim),
  ];
  const attentionNorm = norms('attentionNorm', layerCount);
  const ffnNorm = norms('ffnNorm', layerCount);
  const finalNorm = norms('finalNorm', 1);
  const rope = { ...matrices('ropeTables', contextLength, dim / shape.headCount), count: 1 };
  const classifier = shape.sharedClassifier ? [] : [{ ...embedding, name: 'classifier' as const }];
  return version === 0
    ? [
        ...[embedding, attentionNorm, ...attention, ffnNorm, ...feedForward],
        ...[finalNorm, rope, ...classifier],
      ]
    : [attentionNorm, ffnNorm, finalNorm, embedding, ...attention, ...feedForward, ...classifier];
}

const isNorm = (name: string): boolean => name.endsWith('Norm');

/** Numbers from -1 up to 1; the same seed gives the same numbers (xorshift32). */
function randomNumbers(seed: number): () => number {
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
  const headerBytes = format.version === 0 ? 28 : VERSIONED_HEADER_BYTES;
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

/** The shape and format that a checkpoint's header tells. */
export function checkpointShape(bytes: Uint8Array): [Llama2Shape, CheckpointFormat] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const legacy = view.getUint32(0, true) !== MAGIC;
  const number = (i: number): number => view.getInt32((legacy ? 0 : 8) + 4 * i, true);
  const shape = {
    dim: number(0),
    hiddenDim: number(1),
    layerCount: number(2),
    headCount: number(3),
    kvHeadCount: number(4),
    vocabularySize: Math.abs(number(5)),
    contextLength: number(6),
    sharedClassifier: legacy ? number(5) > 0 : view.getUint8(36) !== 0,
  };
  if (legacy) return [shape, { version: 0 }];
  return view.getUint32(4, true) === 1
    ? [shape, { version: 1 }]
    : [shape, { version: 2, groupSize: view.getInt32(37, true) }];
}

type Weights = Readonly<Record<string, readonly Float32Array[]>>;

/** Every matrix as float32, those of int8 with their scales multiplied in. */
function readWeights(bytes: Uint8Array, shape: Llama2Shape, format: CheckpointFormat): Weights {
  const start = format.version === 0 ? 28 : VERSIONED_HEADER_BYTES;
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
