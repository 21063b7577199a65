/**
 * What a GGUF of the architecture "llama" calls the tensors of llama2.c, but for the rope tables, which
 * are in none. Source: llama.cpp, src/llama-arch.cpp (LLM_TENSOR_NAMES).
 */
import type { TensorName } from './layout.js';

/** The tensors that have no layers. */
export const WHOLE_TENSORS = {
  tokenEmbedding: 'token_embd.weight',
  finalNorm: 'output_norm.weight',
  classifier: 'output.weight',
} as const satisfies Partial<Record<TensorName, string>>;

/** Whether a tensor is one of {@link WHOLE_TENSORS}. */
export const isWhole = (name: TensorName): name is keyof typeof WHOLE_TENSORS =>
  name in WHOLE_TENSORS;

/** A block's tensors in the order of a GGUF; each is one layer of llama2.c's tensor of all layers. */
export const BLOCK_TENSORS: readonly (readonly [suffix: string, tensor: TensorName])[] = [
  ['attn_norm', 'attentionNorm'],
  ['attn_q', 'wq'],
  ['attn_k', 'wk'],
  ['attn_v', 'wv'],
  ['attn_output', 'wo'],
  ['ffn_norm', 'ffnNorm'],
  ['ffn_gate', 'w1'],
  ['ffn_down', 'w2'],
  ['ffn_up', 'w3'],
];

/** The name of one block's tensor, by the suffix that {@link BLOCK_TENSORS} gives it. */
export const blockTensorName = (layer: number, suffix: string): string =>
  `blk.${layer}.${suffix}.weight`;
