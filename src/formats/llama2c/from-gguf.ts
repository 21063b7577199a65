import type { Image, Segment } from '../../image/image.js';
import type { RandomAccess } from '../../image/random-access.js';
import { sliceAccess } from '../../image/slice-access.js';
import { accessDecoded } from '../gguf/decoded-weights.js';
import type { GgufHeader, GgufTensor } from '../gguf/reader.js';
import { WEIGHT_TYPES } from '../gguf/weights.js';
import { checkpointLayout, planCheckpoint } from './checkpoint-writer.js';
import { FLOAT32 } from './config.js';
import type { CheckpointTensor, TensorType } from './config.js';
import { accessInt8, groupSizeFor } from './int8.js';
import { inexpressible } from './from-gguf-errors.js';
import { llama2cConfig } from './from-gguf-config.js';
import { llama2cTokenizer } from './from-gguf-vocabulary.js';
import { ROPE_TABLES } from './layout.js';
import { BLOCK_TENSORS, blockTensorName, isWhole, WHOLE_TENSORS } from './tensor-names.js';
import { planTokenizer } from './tokenizer-writer.js';

export interface Llama2cPair {
  /** A legacy checkpoint, of float32, or one of version 2, in int8. Its weights are made as they are read. */
  readonly checkpoint: Image;
  readonly tokenizer: Image;
}

/**
 * Plans a llama2.c checkpoint and its tokenizer from a GGUF of the architecture "llama": what
 * `planLlama2cGguf` does, the other way round. `name` stands for the model in messages.
 *
 * @param header of a whole GGUF, as `checkGguf` gives it
 * @param source the GGUF, to be read while the checkpoint is written
 * @param type of the matrices; int8 in groups, as export.py makes them, takes a quarter
 * @throws ZosiaError `ZOSIA_MODEL_NOT_LLAMA2C` for what llama2.c does not compute
 */
export function planLlama2cPair(
  header: GgufHeader,
  source: RandomAccess,
  name: string,
  type: 'float32' | 'int8' = 'float32',
): Llama2cPair {
  const config = llama2cConfig(header, name);
  const tokenizer = llama2cTokenizer(header, name);
  if (tokenizer.tokens.length !== config.vocabularySize) {
    const { length } = tokenizer.tokens;
    throw inexpressible(name, `it has ${config.vocabularySize} embeddings for ${length} tokens`);
  }
  if (config.layerCount > header.tensors.length) {
    throw inexpressible(name, `it has not the tensors of ${config.layerCount} blocks`);
  }
  const stored: TensorType =
    type === 'int8' ? { kind: 'int8', groupSize: groupSizeFor(config) } : FLOAT32;
  const { tensors } = checkpointLayout(config, stored);
  const wanted = new Map(tensors.flatMap(partsOf).map((part) => [part.name, part]));
  const segments: Segment[] = [];
  for (const tensor of header.tensors) {
    const part = wanted.get(tensor.name);
    if (!part) throw inexpressible(name, `llama2.c has no place for the tensor ${tensor.name}`);
    wanted.delete(tensor.name);
    const decoded = decodedTensor(header, source, tensor, part, name);
    const { type: own } = part;
    const access = own.kind === 'int8' ? accessInt8(decoded, own.groupSize) : decoded;
    const { offset } = part;
    const data = { kind: 'access', access, offset: 0 } as const;
    segments.push({ offset, length: access.sizeBytes, source: data, label: tensor.name });
  }
  for (const missing of wanted.keys()) throw inexpressible(name, `it has no tensor ${missing}`);
  return {
    checkpoint: planCheckpoint(config, segments, stored),
    tokenizer: planTokenizer(tokenizer),
  };
}

/** A range of the checkpoint that is one tensor of the GGUF. */
interface Part {
  readonly name: string;
  readonly offset: number;
  readonly type: TensorType;
  /** As the GGUF has them: the one that changes fastest first. */
  readonly dimensions: readonly number[];
}

function partsOf({ name, type, offset, dimensions, sizeBytes }: CheckpointTensor): Part[] {
  // Nothing reads them: they stay zeros.
  if (ROPE_TABLES.includes(name)) return [];
  if (isWhole(name)) {
    return [{ name: WHOLE_TENSORS[name], type, offset, dimensions: dimensions.toReversed() }];
  }
  const [layerCount, ...own] = dimensions;
  const suffix = BLOCK_TENSORS.find(([, tensor]) => tensor === name)![0];
  return Array.from({ length: layerCount! }, (_, layer) => ({
    name: blockTensorName(layer, suffix),
    type,
    offset: offset + layer * (sizeBytes / layerCount!),
    dimensions: own.toReversed(),
  }));
}

function decodedTensor(
  { dataOffset }: GgufHeader,
  source: RandomAccess,
  tensor: GgufTensor,
  { dimensions }: Part,
  name: string,
): RandomAccess {
  const shape = tensor.dimensions.join(' x ');
  if (shape !== dimensions.join(' x ')) {
    throw inexpressible(name, `${tensor.name} is ${shape} instead of ${dimensions.join(' x ')}`);
  }
  const type = WEIGHT_TYPES.find((each) => each === tensor.type.name);
  if (!type) {
    const readable = WEIGHT_TYPES.join(', ');
    throw inexpressible(name, `${tensor.name} is of type ${tensor.type.name}, none of ${readable}`);
  }
  const stored = sliceAccess(source, dataOffset + tensor.offset, tensor.sizeBytes);
  return type === 'F32' ? stored : accessDecoded(stored, type);
}
