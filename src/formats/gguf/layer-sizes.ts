import { MAX_BLOCKS } from './hyperparameters.js';
import type { GgufHeader, GgufTensor } from './reader.js';

/** What the layers of a model take, as far as llama.cpp puts them on devices of their own. */
export interface LayerSizes {
  /** Bytes of the weights of each block, in order. */
  readonly layerBytes: readonly number[];
  /** Of the embeddings that tokens are looked up in. */
  readonly inputBytes: number;
  /** Of what the next token is computed from; where embeddings are tied, of a copy of these. */
  readonly outputBytes: number;
}

/** Encoders have blocks, too. */
const OF_BLOCK = /^(?:enc\.|dec\.)?blk\.(\d+)\./;
/** What llama.cpp has as LLM_TENSOR_LAYER_INPUT (llama-arch.cpp). */
const OF_INPUT = /^(?:token_embd|position_embd|token_types|per_layer_token_embd)\./;
/** Of no block, but loaded with the first. */
const WITH_FIRST_BLOCK = /^(?:token_embd_norm|rope_freqs|rope_factors|per_layer_(?:model_)?proj)/;
const EMBEDDINGS = 'token_embd.weight';
const OUTPUT = 'output.weight';

/** A tensor of a block that there is not, by a file's mistake, counts to the last. */
export function layerSizes({
  metadata,
  tensors,
}: Pick<GgufHeader, 'metadata' | 'tensors'>): LayerSizes {
  const layerBytes = Array.from({ length: blockCountOf(metadata, tensors) }, () => 0);
  const hasOutput = tensors.some(({ name }) => name === OUTPUT);
  let inputBytes = 0;
  let outputBytes = 0;
  for (const { name, sizeBytes } of tensors) {
    const block = OF_BLOCK.exec(name)?.[1] ?? (WITH_FIRST_BLOCK.test(name) ? 0 : undefined);
    if (block !== undefined && layerBytes.length > 0) {
      layerBytes[Math.min(Number(block), layerBytes.length - 1)]! += sizeBytes;
    } else if (OF_INPUT.test(name)) inputBytes += sizeBytes;
    else outputBytes += sizeBytes;
    if (name === EMBEDDINGS && !hasOutput) outputBytes += sizeBytes;
  }
  return { layerBytes, inputBytes, outputBytes };
}

function blockCountOf(metadata: GgufHeader['metadata'], tensors: readonly GgufTensor[]): number {
  const architecture = metadata.get('general.architecture');
  const stated = metadata.get(
    `${typeof architecture === 'string' ? architecture : ''}.block_count`,
  );
  const blocks = tensors.map(({ name }) => Number(OF_BLOCK.exec(name)?.[1] ?? -1));
  const count =
    typeof stated === 'number'
      ? stated
      : 1 + blocks.reduce((most, each) => Math.max(most, each), -1);
  return Math.max(0, Math.min(Math.floor(count), MAX_BLOCKS));
}
