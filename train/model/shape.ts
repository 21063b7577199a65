import { FLOAT_BYTES } from '../../src/formats/gguf/floats.js';
import { tensorTable } from '../../src/formats/llama2c/config.js';
import { LEGACY_ORDER, ROPE_TABLES } from '../../src/formats/llama2c/layout.js';
import { isWhole } from '../../src/formats/llama2c/tensor-names.js';
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
  const order = LEGACY_ORDER.filter((name) => !ROPE_TABLES.includes(name));
  return tensorTable({ ...shape, sharedClassifier: true }, order, 0).flatMap(
    ({ name, dimensions, offset }) => {
      const whole = isWhole(name);
      const [columns, rows = 1] = (whole ? dimensions : dimensions.slice(1)).toReversed() as [
        number,
        number?,
      ];
      return Array.from({ length: whole ? 1 : shape.layerCount }, (_, layer) => ({
        name: whole ? name : `${name}.${layer}`,
        offset: offset / FLOAT_BYTES + layer * rows * columns,
        ...{ rows, columns },
      }));
    },
  );
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
