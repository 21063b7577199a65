import { corrupt, unsupported } from './errors.js';
import { MAX_DIMENSIONS } from './layout.js';
import type { GgufTensor } from './reader.js';
import type { TypedMetadata } from './typed-metadata.js';

type Dimensions = readonly number[];

/**
 * Checks the tensors of a model of the architecture "llama" as llama.cpp does (its load_hparams and
 * load_arch_tensors): those that it requires, the shapes of all, and that there are no others. Models with
 * experts, and with layers that predict further tokens, have other tensors, and are left to llama.cpp.
 *
 * @param tokenCount of the vocabulary; undefined where there is none, and the shapes that follow from it
 *   are not checked
 * @throws ZosiaError `ZOSIA_MODEL_CORRUPT`; `ZOSIA_MODEL_UNSUPPORTED` for a tensor that it does not know
 */
export function checkLlamaTensors(
  metadata: TypedMetadata,
  tensors: readonly GgufTensor[],
  tokenCount: number | undefined,
  name: string,
): void {
  metadata.required('llama.attention.layer_norm_rms_epsilon', 'float32');
  metadata.optional('llama.vocab_size', 'uint32');
  const sizes = sizesOf(metadata, name);
  const number = (key: string): number => metadata.optional(`llama.${key}`, 'uint32') ?? 0;
  if (number('expert_count') > 0 || number('nextn_predict_layers') > 0) return;
  const left = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const check = (tensorName: string, wanted: Dimensions): boolean => {
    const tensor = left.get(tensorName);
    if (tensor) checkShape(tensor, wanted, name);
    return left.delete(tensorName);
  };
  const require = (tensorName: string, wanted: Dimensions): void => {
    if (!check(tensorName, wanted)) throw corrupt(name, `it lacks the tensor ${tensorName}`);
  };
  const embeddings = left.get('token_embd.weight');
  // Their rows would be numbers of that type, with which ggml does not calculate.
  if (embeddings?.type.name === 'I32') {
    throw corrupt(name, 'its token_embd.weight is of type I32, which no weights are');
  }
  const words = tokenCount ?? embeddings?.dimensions[1] ?? 0;
  require('token_embd.weight', [sizes.embedding, words]);
  require('output_norm.weight', [sizes.embedding]);
  check('output.weight', [sizes.embedding, words]);
  check('rope_freqs.weight', [sizes.key / 2]);
  for (let block = 0; block < sizes.blocks; block++) {
    const at = (tensor: string): string => `blk.${block}.${tensor}`;
    require(at('attn_norm.weight'), [sizes.embedding]);
    require(at('ffn_norm.weight'), [sizes.embedding]);
    const isFused = left.has(at('attn_qkv.weight'));
    for (const [matrix, wanted] of matricesOf(sizes, isFused)) {
      require(at(`${matrix}.weight`), wanted);
      check(at(`${matrix}.bias`), [wanted[1]]);
      check(at(`${matrix}.scale`), [1]);
      check(at(`${matrix}.input_scale`), [1]);
    }
  }
  for (const extra of left.keys()) {
    throw unsupported(
      name,
      `llama.cpp knows no tensor ${JSON.stringify(extra)} in such a model`,
      'It may be damaged, or newer than the llama.cpp that zosia comes with: get a newer zosia.',
    );
  }
}

/** Elements along the dimensions of a model's tensors. */
interface Sizes {
  readonly blocks: number;
  readonly embedding: number;
  readonly feedForward: number;
  readonly heads: number;
  readonly keyHeads: number;
  /** Of a head's key, and query. */
  readonly key: number;
  /** Of a head's value. */
  readonly value: number;
}

function sizesOf(metadata: TypedMetadata, name: string): Sizes {
  const number = (key: string): number | undefined => metadata.optional(`llama.${key}`, 'uint32');
  const blocks = number('block_count')!;
  const embedding = number('embedding_length')!;
  // Where blocks differ, llama.cpp goes by the first.
  const first = (key: string): number | undefined => metadata.perBlock(`llama.${key}`, blocks)[0];
  const heads = first('attention.head_count') ?? 0;
  const perHead = heads > 0 ? Math.floor(embedding / heads) : 0;
  const key = number('attention.key_length') ?? perHead;
  const rotated = number('rope.dimension_count') ?? key;
  if (heads > 0 && rotated !== key) {
    throw corrupt(name, `it rotates ${rotated} of a head's ${key} dimensions`);
  }
  return {
    blocks,
    embedding,
    heads,
    key,
    feedForward: first('feed_forward_length') ?? 0,
    keyHeads: first('attention.head_count_kv') ?? heads,
    value: number('attention.value_length') ?? perHead,
  };
}

type Matrix = readonly [name: string, dimensions: readonly [columns: number, rows: number]];

function matricesOf(sizes: Sizes, isFused: boolean): readonly Matrix[] {
  const { embedding, feedForward, heads, keyHeads, key, value } = sizes;
  const rows = { q: heads * key, k: keyHeads * key, v: keyHeads * value };
  const attention: readonly Matrix[] = isFused
    ? [['attn_qkv', [embedding, rows.q + rows.k + rows.v]]]
    : [
        ['attn_q', [embedding, rows.q]],
        ['attn_k', [embedding, rows.k]],
        ['attn_v', [embedding, rows.v]],
      ];
  return [
    ...attention,
    ['attn_output', [rows.q, embedding]],
    ['ffn_gate', [embedding, feedForward]],
    ['ffn_up', [embedding, feedForward]],
    ['ffn_down', [feedForward, embedding]],
  ];
}

/** Dimensions that are not there are 1. */
function checkShape({ name, dimensions }: GgufTensor, wanted: Dimensions, model: string): void {
  for (let index = 0; index < MAX_DIMENSIONS; index++) {
    if ((dimensions[index] ?? 1) === (wanted[index] ?? 1)) continue;
    const [is, should] = [dimensions.join(' x '), wanted.join(' x ')];
    throw corrupt(model, `its tensor ${name} is ${is} instead of ${should}`);
  }
}
