import { checkpointLayout } from 'zosia';
import type { CheckpointConfig } from 'zosia';
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

/** Of a llama2.c checkpoint of that shape. */
export const configOf = (shape: ModelShape): CheckpointConfig => ({
  ...shape,
  sharedClassifier: true,
});

/** Tensors that a model has once; the others it has once a layer. */
const ONCE: readonly string[] = ['tokenEmbedding', 'finalNorm'];

/**
 * All tensors in the order of llama2.c's legacy checkpoint, one entry a layer: the kernel's flat array
 * (kernel/shape.h) is laid out the same way.
 */
export function tensorsOf(shape: ModelShape): Tensor[] {
  const { tensors } = checkpointLayout(configOf(shape));
  const learned = tensors.filter(({ name }) => !name.startsWith('rope'));
  const start = learned[0]!.offset;
  return learned.flatMap(({ name, dimensions, offset }) => {
    const isOnce = ONCE.includes(name);
    const [columns, rows = 1] = (isOnce ? dimensions : dimensions.slice(1)).toReversed() as [
      number,
      number?,
    ];
    return Array.from({ length: isOnce ? 1 : shape.layerCount }, (_, layer) => ({
      name: isOnce ? name : `${name}.${layer}`,
      offset: (offset - start) / Float32Array.BYTES_PER_ELEMENT + layer * rows * columns,
      rows,
      columns,
    }));
  });
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
