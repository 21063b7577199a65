import type { Random } from '../random.js';

/** The sizes of a Llama model whose embedding is its classifier too; see llama2.c's config. */
export interface ModelShape {
  readonly dim: number;
  readonly hiddenDim: number;
  readonly layerCount: number;
  readonly headCount: number;
  readonly kvHeadCount: number;
  readonly vocabularySize: number;
  readonly contextLength: number;
}

export interface Tensor {
  readonly name: string;
  /** Where it starts in the flat array of parameters. */
  readonly offset: number;
  readonly rows: number;
  readonly columns: number;
}

/** Norm gains are vectors: they have one row. */
const isGain = (tensor: Tensor): boolean => tensor.rows === 1;

/**
 * All tensors in the order of llama2.c's legacy checkpoint, one entry a layer: the kernel's flat array
 * (kernel/shape.h) is laid out the same way.
 */
export function tensorsOf(shape: ModelShape): Tensor[] {
  const { dim, hiddenDim, layerCount, vocabularySize } = shape;
  const kvDim = (dim / shape.headCount) * shape.kvHeadCount;
  const perLayer: readonly (readonly [string, number, number])[] = [
    ['attentionNorm', 1, dim],
    ['wq', dim, dim],
    ['wk', kvDim, dim],
    ['wv', kvDim, dim],
    ['wo', dim, dim],
    ['ffnNorm', 1, dim],
    ['w1', hiddenDim, dim],
    ['w2', dim, hiddenDim],
    ['w3', hiddenDim, dim],
  ];
  const tensors: Tensor[] = [];
  let offset = 0;
  const add = (name: string, rows: number, columns: number): void => {
    tensors.push({ name, offset, rows, columns });
    offset += rows * columns;
  };
  add('tokenEmbedding', vocabularySize, dim);
  for (const [name, rows, columns] of perLayer) {
    for (let layer = 0; layer < layerCount; layer++) add(`${name}.${layer}`, rows, columns);
  }
  add('finalNorm', 1, dim);
  return tensors;
}

export function parameterCount(shape: ModelShape): number {
  return tensorsOf(shape).reduce((sum, { rows, columns }) => sum + rows * columns, 0);
}

/**
 * Parameters to start from: gains 1, matrices normal with a deviation of 0.02, and those that add to
 * the residual stream (wo, w2) less by the square root of how many of them there are (GPT-2).
 */
export function initialParameters(shape: ModelShape, random: Random): Float32Array {
  const parameters = new Float32Array(parameterCount(shape));
  for (const tensor of tensorsOf(shape)) {
    const { name, offset, rows, columns } = tensor;
    const residual = name.startsWith('wo') || name.startsWith('w2');
    const deviation = residual ? 0.02 / Math.sqrt(2 * shape.layerCount) : 0.02;
    for (let i = offset; i < offset + rows * columns; i++) {
      parameters[i] = isGain(tensor) ? 1 : deviation * random.normal();
    }
  }
  return parameters;
}
