import type { TensorName } from './layout.js';

/** What llama.cpp calls a block's tensors; each is one layer of llama2.c's tensor of all layers. */
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
