import { Buffer } from 'buffer';
import { FLOAT_BYTES } from '../gguf/floats.js';
import {
  CHECKPOINT_MAGIC,
  CONFIG_FIELDS,
  HEADER,
  HEADER_BYTES,
  LEGACY_CONFIG_BYTES,
  LEGACY_ORDER,
  MAX_GROUP_SIZE,
  NORMS,
} from './layout.js';
import type { ConfigFieldName, TensorName } from './layout.js';
import { EOS_ID } from './special-tokens.js';

/** The shape of a model. */
export interface CheckpointConfig extends Readonly<Record<ConfigFieldName, number>> {
  /** Whether the token embedding serves as the classifier too. */
  readonly sharedClassifier: boolean;
}

/**
 * How a tensor is stored. In int8, each matrix (each layer of a tensor that has layers) is its values,
 * one byte each, and behind them a float32 scale for each group of `groupSize` values: Q8_0, symmetric.
 */
export type TensorType =
  { readonly kind: 'float32' } | { readonly kind: 'int8'; readonly groupSize: number };

/** A tensor in a checkpoint, of all layers if it has layers. */
export interface CheckpointTensor {
  readonly name: TensorName;
  readonly type: TensorType;
  /** Byte offset in the file. */
  readonly offset: number;
  /** Elements along each dimension, the one that changes slowest first; per block comes `layerCount`. */
  readonly dimensions: readonly number[];
  readonly sizeBytes: number;
}

export const FLOAT32: TensorType = { kind: 'float32' };

/** Reads the config that starts at `base`. The sign of the vocabulary size is the caller's. */
export function readConfigFields(bytes: Buffer, base: number): Record<ConfigFieldName, number> {
  const read = (name: ConfigFieldName): number =>
    bytes.readInt32LE(base + CONFIG_FIELDS[name].offset);
  return {
    dim: read('dim'),
    hiddenDim: read('hiddenDim'),
    layerCount: read('layerCount'),
    headCount: read('headCount'),
    kvHeadCount: read('kvHeadCount'),
    vocabularySize: read('vocabularySize'),
    contextLength: read('contextLength'),
  };
}

/** The config of a legacy checkpoint: a negative vocabulary size means a classifier of its own. */
export function legacyConfig(bytes: Buffer): CheckpointConfig {
  const fields = readConfigFields(bytes, 0);
  const { vocabularySize } = fields;
  return {
    ...fields,
    vocabularySize: Math.abs(vocabularySize),
    sharedClassifier: vocabularySize > 0,
  };
}

/** The beginning of a legacy checkpoint: {@link legacyConfig}, the other way round. */
export function legacyConfigBytes(config: CheckpointConfig): Buffer {
  const { vocabularySize, sharedClassifier } = config;
  const fields = { ...config, vocabularySize: sharedClassifier ? vocabularySize : -vocabularySize };
  const bytes = Buffer.alloc(LEGACY_CONFIG_BYTES);
  writeConfigFields(fields, bytes, 0);
  return bytes;
}

/** The header of version 2: int8 in groups. */
export function int8HeaderBytes(config: CheckpointConfig, groupSize: number): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES);
  bytes.set(CHECKPOINT_MAGIC, HEADER.magic.offset);
  bytes.writeInt32LE(2, HEADER.version.offset);
  writeConfigFields(config, bytes, HEADER.config.offset);
  bytes.writeUInt8(config.sharedClassifier ? 1 : 0, HEADER.sharedClassifier.offset);
  bytes.writeInt32LE(groupSize, HEADER.groupSize.offset);
  return bytes;
}

function writeConfigFields(
  fields: Readonly<Record<ConfigFieldName, number>>,
  bytes: Buffer,
  base: number,
): void {
  for (const name of Object.keys(CONFIG_FIELDS) as ConfigFieldName[]) {
    bytes.writeInt32LE(fields[name], base + CONFIG_FIELDS[name].offset);
  }
}

const MAX_INT32 = 2 ** 31 - 1;

/** What is wrong with a config that no model can have; undefined when it can be right. */
export function configDefect(config: CheckpointConfig): string | undefined {
  for (const name of Object.keys(CONFIG_FIELDS) as ConfigFieldName[]) {
    const value = config[name];
    if (value <= 0 || value > MAX_INT32) return `its ${CONFIG_FIELDS[name].name} is ${value}`;
  }
  const { dim, headCount, kvHeadCount } = config;
  if (dim % headCount !== 0) return `${headCount} heads do not share ${dim} dimensions evenly`;
  if ((dim / headCount) % 2 !== 0)
    return `its heads have ${dim / headCount} dimensions, an odd number`;
  if (headCount % kvHeadCount !== 0) {
    return `${kvHeadCount} key heads do not serve ${headCount} heads evenly`;
  }
  if (config.vocabularySize <= EOS_ID) {
    return `a vocabulary of ${config.vocabularySize} has no end of text`;
  }
  return undefined;
}

/** What is wrong with a group size; undefined when rows of the model consist of whole groups. */
export function groupDefect(groupSize: number, config: CheckpointConfig): string | undefined {
  const { dim, hiddenDim } = config;
  const isPossible = groupSize > 0 && groupSize <= MAX_GROUP_SIZE;
  if (isPossible && dim % groupSize === 0 && hiddenDim % groupSize === 0) return undefined;
  return `groups of ${groupSize} do not fill rows of ${dim} and ${hiddenDim}`;
}

/** Dimensions of a tensor, slowest first; undefined for one that a model of this shape lacks. */
function dimensionsOf(name: TensorName, config: CheckpointConfig): readonly number[] | undefined {
  const { dim, hiddenDim, layerCount, headCount, kvHeadCount } = config;
  const headDim = dim / headCount;
  const kvDim = headDim * kvHeadCount;
  switch (name) {
    case 'tokenEmbedding':
      return [config.vocabularySize, dim];
    case 'attentionNorm':
    case 'ffnNorm':
      return [layerCount, dim];
    case 'wq':
    case 'wo':
      return [layerCount, dim, dim];
    case 'wk':
    case 'wv':
      return [layerCount, kvDim, dim];
    case 'w1':
    case 'w3':
      return [layerCount, hiddenDim, dim];
    case 'w2':
      return [layerCount, dim, hiddenDim];
    case 'finalNorm':
      return [dim];
    case 'ropeCosines':
    case 'ropeSines':
      return [config.contextLength, headDim / 2];
    case 'classifier':
      return config.sharedClassifier ? undefined : [config.vocabularySize, dim];
  }
}

/**
 * The tensors that a model of this shape has, in the given order from `start` on.
 *
 * @param matrixType of all tensors but the norms, which are always float32
 */
export function tensorTable(
  config: CheckpointConfig,
  order: readonly TensorName[],
  start: number,
  matrixType = FLOAT32,
): CheckpointTensor[] {
  let offset = start;
  const tensors: CheckpointTensor[] = [];
  for (const name of order) {
    const dimensions = dimensionsOf(name, config);
    if (!dimensions) continue;
    const type = NORMS.includes(name) ? FLOAT32 : matrixType;
    const valueCount = dimensions.reduce((product, count) => product * count, 1);
    const sizeBytes =
      type.kind === 'float32'
        ? valueCount * FLOAT_BYTES
        : valueCount + (valueCount / type.groupSize) * FLOAT_BYTES;
    tensors.push({ name, type, offset, dimensions, sizeBytes });
    offset += sizeBytes;
  }
  return tensors;
}

/** Where the last tensor ends. Past 2^53 it is not exact, and larger than any file. */
export function endOf(tensors: readonly CheckpointTensor[]): number {
  const last = tensors.at(-1)!;
  return last.offset + last.sizeBytes;
}

/** Whether a file of this size, with this start, can be a whole legacy checkpoint. */
export function looksLikeLegacyCheckpoint(head: Buffer, sizeBytes: number): boolean {
  const config = legacyConfig(head);
  if (configDefect(config) !== undefined) return false;
  return endOf(tensorTable(config, LEGACY_ORDER, LEGACY_CONFIG_BYTES)) === sizeBytes;
}
