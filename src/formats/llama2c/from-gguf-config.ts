import type { GgufHeader, GgufValue } from '../gguf/reader.js';
import { configDefect } from './config.js';
import type { CheckpointConfig } from './config.js';
import { inexpressible } from './from-gguf-errors.js';
import { NORM_EPSILON, ROPE_BASE } from './run-constants.js';
import { WHOLE_TENSORS } from './tensor-names.js';

/** A key of the metadata, and what run.c has built in in its place. */
type BuiltIn = readonly [key: string, isThat: (value: GgufValue) => boolean, expected: string];

/** More tokens than any model of this kind was trained for; the checkpoint has tables for each of them. */
const MAX_CONTEXT_LENGTH = 2 ** 20;

/**
 * The shape of a model in the terms of llama2.c (GGUF specification, "LLM"). What run.c computes with
 * constants must have their values; what it has no place for must be absent.
 *
 * @throws ZosiaError `ZOSIA_MODEL_NOT_LLAMA2C`
 */
export function llama2cConfig(header: GgufHeader, name: string): CheckpointConfig {
  const { metadata, tensors } = header;
  const architecture = metadata.get('general.architecture');
  if (architecture !== 'llama') {
    const shown = JSON.stringify(architecture) as string | undefined;
    throw inexpressible(name, `its architecture is ${shown ?? 'not stated'}, not "llama"`);
  }
  const count = (key: string, otherwise?: number): number => {
    const value = metadata.get(`llama.${key}`) ?? otherwise;
    if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
    const has = value === undefined ? 'is not stated' : 'is not one number';
    throw inexpressible(name, `llama.${key} ${has}`);
  };
  const headCount = count('attention.head_count');
  const embedding = tensors.find((tensor) => tensor.name === WHOLE_TENSORS.tokenEmbedding);
  const config: CheckpointConfig = {
    dim: count('embedding_length'),
    hiddenDim: count('feed_forward_length'),
    layerCount: count('block_count'),
    headCount,
    kvHeadCount: count('attention.head_count_kv', headCount),
    vocabularySize: count('vocab_size', embedding?.dimensions[1]),
    contextLength: count('context_length'),
    sharedClassifier: !tensors.some((tensor) => tensor.name === WHOLE_TENSORS.classifier),
  };
  const defect = configDefect(config);
  if (defect !== undefined) throw inexpressible(name, defect);
  if (config.contextLength > MAX_CONTEXT_LENGTH) {
    const most = `${config.contextLength} tokens, and ${MAX_CONTEXT_LENGTH} are the most here`;
    throw inexpressible(name, `its context_length is ${most}`);
  }
  checkBuiltIn(metadata, config, name);
  return config;
}

function checkBuiltIn(
  metadata: GgufHeader['metadata'],
  { dim, headCount }: CheckpointConfig,
  name: string,
): void {
  const headDim = dim / headCount;
  const builtIn: readonly BuiltIn[] = [
    ['attention.key_length', (value) => value === headDim, `${headDim}`],
    ['attention.value_length', (value) => value === headDim, `${headDim}`],
    ['rope.dimension_count', (value) => value === headDim, `${headDim}`],
    ['rope.freq_base', (value) => value === ROPE_BASE, `${ROPE_BASE}`],
    ['rope.scaling.type', (value) => value === 'none', 'none'],
    ['rope.scaling.factor', (value) => value === 1, '1'],
    ['rope.scale_linear', (value) => value === 1, '1'],
    ['expert_count', (value) => value === 0, '0'],
  ];
  for (const [key, isThat, expected] of builtIn) {
    const value = metadata.get(`llama.${key}`);
    if (value === undefined || isThat(value)) continue;
    throw inexpressible(name, `its ${key} is ${shownValue(value)}, and llama2.c has ${expected}`);
  }
  const epsilon = metadata.get('llama.attention.layer_norm_rms_epsilon');
  if (epsilon !== Math.fround(NORM_EPSILON)) {
    const value = epsilon === undefined ? 'not stated' : shownValue(epsilon);
    throw inexpressible(name, `its norms' epsilon is ${value}, and llama2.c has ${NORM_EPSILON}`);
  }
}

function shownValue(value: GgufValue): string {
  return typeof value === 'object' ? 'a list' : JSON.stringify(value);
}
