import { NORM_EPSILON, ROPE_BASE } from 'zosia';
import { tensorsOf } from './shape.js';
import type { ModelShape } from './shape.js';

/** What comes after some tokens: a logit for every token of the vocabulary. */
export type Forward = (token: number) => Float32Array;

/**
 * A model that reads one token after another, up to its context length, and remembers keys and values.
 * Plain float32 arithmetic: to look at a model, not to be fast.
 */
export function inference(shape: ModelShape, parameters: Float32Array): Forward {
  const { dim, layerCount, headCount, kvHeadCount, contextLength } = shape;
  const headDim = dim / headCount;
  const kvDim = headDim * kvHeadCount;
  const tensors = new Map(
    tensorsOf(shape).map(({ name, offset, rows, columns }) => [
      name,
      parameters.subarray(offset, offset + rows * columns),
    ]),
  );
  const tensor = (name: string): Float32Array => tensors.get(name)!;
  const cache = Array.from({ length: layerCount }, () => ({
    keys: new Float32Array(contextLength * kvDim),
    values: new Float32Array(contextLength * kvDim),
  }));
  let position = 0;

  const rotate = (x: Float32Array): void => {
    for (let i = 0; i < x.length; i += 2) {
      const angle = position / ROPE_BASE ** ((i % headDim) / headDim);
      const [first, second] = [x[i]!, x[i + 1]!];
      x[i] = first * Math.cos(angle) - second * Math.sin(angle);
      x[i + 1] = first * Math.sin(angle) + second * Math.cos(angle);
    }
  };

  const attend = (query: Float32Array, layer: number): Float32Array => {
    const { keys, values } = cache[layer]!;
    const out = new Float32Array(dim);
    for (let head = 0; head < headCount; head++) {
      const shared = Math.floor(head / (headCount / kvHeadCount)) * headDim;
      const scores = Float32Array.from({ length: position + 1 }, (_, at) => {
        let sum = 0;
        for (let i = 0; i < headDim; i++) {
          sum += query[head * headDim + i]! * keys[at * kvDim + shared + i]!;
        }
        return sum / Math.sqrt(headDim);
      });
      softmax(scores).forEach((share, at) => {
        for (let i = 0; i < headDim; i++) {
          out[head * headDim + i]! += share * values[at * kvDim + shared + i]!;
        }
      });
    }
    return out;
  };

  return (token) => {
    if (position === contextLength) throw new RangeError('the context is full');
    const embedding = tensor('tokenEmbedding');
    const x = embedding.slice(token * dim, (token + 1) * dim);
    for (let layer = 0; layer < layerCount; layer++) {
      const of = (name: string): Float32Array => tensor(`${name}.${layer}`);
      const normed = norm(x, of('attentionNorm'));
      const query = product(of('wq'), normed);
      const key = product(of('wk'), normed);
      rotate(query);
      rotate(key);
      cache[layer]!.keys.set(key, position * kvDim);
      cache[layer]!.values.set(product(of('wv'), normed), position * kvDim);
      add(x, product(of('wo'), attend(query, layer)));
      const input = norm(x, of('ffnNorm'));
      const up = product(of('w3'), input);
      const hidden = product(of('w1'), input).map(
        (gate, i) => (gate / (1 + Math.exp(-gate))) * up[i]!,
      );
      add(x, product(of('w2'), hidden));
    }
    position++;
    return product(embedding, norm(x, tensor('finalNorm')));
  };
}

function norm(x: Float32Array, gain: Float32Array): Float32Array {
  const squares = x.reduce((sum, value) => sum + value * value, 0);
  const scale = 1 / Math.sqrt(squares / x.length + NORM_EPSILON);
  return x.map((value, i) => value * scale * gain[i]!);
}

function product(matrix: Float32Array, x: Float32Array): Float32Array {
  const columns = x.length;
  const out = new Float32Array(matrix.length / columns);
  for (let row = 0, at = 0; row < out.length; row++) {
    let sum = 0;
    for (let column = 0; column < columns; column++) sum += matrix[at++]! * x[column]!;
    out[row] = sum;
  }
  return out;
}

function add(x: Float32Array, y: Float32Array): void {
  for (let i = 0; i < x.length; i++) x[i]! += y[i]!;
}

/** Probabilities from logits, or from the scores of attention. */
export function softmax(logits: Float32Array): Float32Array {
  const largest = logits.reduce((a, b) => Math.max(a, b));
  const powers = logits.map((logit) => Math.exp(logit - largest));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
}
