import { weightTypeFor } from '../gguf/weights.js';
import type { WeightType } from '../gguf/weights.js';
import { checkpointTensor } from './checkpoint.js';
import type { Checkpoint } from './checkpoint.js';
import type { TensorName } from './layout.js';
import { BLOCK_TENSORS, blockTensorName, WHOLE_TENSORS } from './tensor-names.js';

/** A tensor of a GGUF, and what it is in the checkpoint that becomes one. */
export interface ConvertedTensor {
  readonly name: string;
  /** What a GGUF stores it as. */
  readonly type: WeightType;
  readonly origin: TensorName;
  /** Which layer of the origin; 0 for one that has no layers. */
  readonly layer: number;
  /** As the checkpoint has them, the one that changes slowest first, without the layers. */
  readonly dimensions: readonly number[];
}

/**
 * The tensors of the GGUF that a checkpoint becomes, in its order, with matrices as `type` where their
 * rows allow it. A shared classifier is none of them, nor are the rope tables.
 */
export function convertedTensors(checkpoint: Checkpoint, type: WeightType): ConvertedTensor[] {
  const { layerCount, sharedClassifier } = checkpoint.config;
  const converted = (name: string, origin: TensorName, layer?: number): ConvertedTensor => {
    const all = checkpointTensor(checkpoint, origin).dimensions;
    const dimensions = layer === undefined ? all : all.slice(1);
    const stored = dimensions.length === 1 ? 'F32' : weightTypeFor(dimensions.at(-1)!, type);
    return { name, type: stored, origin, layer: layer ?? 0, dimensions };
  };
  const blocks = Array.from({ length: layerCount }, (_, layer) =>
    BLOCK_TENSORS.map(([suffix, origin]) =>
      converted(blockTensorName(layer, suffix), origin, layer),
    ),
  );
  const whole = (origin: keyof typeof WHOLE_TENSORS): ConvertedTensor =>
    converted(WHOLE_TENSORS[origin], origin);
  return [
    whole('tokenEmbedding'),
    ...blocks.flat(),
    whole('finalNorm'),
    ...(sharedClassifier ? [] : [whole('classifier')]),
  ];
}

/** How many matrices cannot be stored as the type, because of the length of their rows: they are F16. */
export function otherwiseStoredCount(checkpoint: Checkpoint, type: WeightType): number {
  const matrices = convertedTensors(checkpoint, type).filter(
    ({ dimensions }) => dimensions.length > 1,
  );
  return matrices.filter((matrix) => matrix.type !== type).length;
}
