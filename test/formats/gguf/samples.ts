import { float32, uint32 } from '../../../src/formats/gguf/values.js';
import type { TypedValue } from '../../../src/formats/gguf/values.js';
import { ggmlTypeNamed, tensorBytes } from '../../../src/formats/gguf/ggml-types.js';
import { planGguf } from '../../../src/formats/gguf/writer.js';
import type { TensorPlan } from '../../../src/formats/gguf/writer.js';
import { imageBytes } from '../../support/images.js';

/** Metadata of a small model with everything that is read of one. */
export const SAMPLE_METADATA: Readonly<Record<string, TypedValue>> = {
  'general.architecture': { type: 'string', value: 'llama' },
  'general.name': { type: 'string', value: 'Sämple' },
  'general.file_type': uint32(15),
  'llama.context_length': uint32(2048),
  'llama.embedding_length': uint32(256),
  'llama.block_count': uint32(3),
  'llama.attention.head_count': uint32(8),
  'llama.attention.head_count_kv': uint32(2),
  'tokenizer.ggml.tokens': { type: 'array', of: 'string', value: ['<unk>', 'a', '', 'ä'] },
  'tokenizer.chat_template': { type: 'string', value: '{{ messages }}' },
};

/** The bytes of a small GGUF; `metadata` adds to {@link SAMPLE_METADATA} or replaces parts of it. */
export async function sampleGguf(
  metadata: Readonly<Record<string, TypedValue>> = {},
): Promise<Buffer> {
  const image = planGguf({
    metadata: { ...SAMPLE_METADATA, ...metadata },
    tensors: [
      { name: 'token_embd.weight', dimensions: [256, 4], type: 'Q4_K', data: new Uint8Array(576) },
      {
        name: 'output_norm.weight',
        dimensions: [7],
        type: 'F32',
        data: new Uint8Array(28).fill(9),
      },
      { name: 'last.weight', dimensions: [3], type: 'F16', data: new Uint8Array(6).fill(8) },
    ],
  });
  return Buffer.from(await imageBytes(image));
}

/** Metadata of a model that llama.cpp loads, with {@link MODEL_TENSORS}. */
export const MODEL_METADATA: Readonly<Record<string, TypedValue>> = {
  ...SAMPLE_METADATA,
  'llama.block_count': uint32(1),
  'llama.feed_forward_length': uint32(32),
  'llama.attention.layer_norm_rms_epsilon': float32(1e-5),
  'tokenizer.ggml.model': { type: 'string', value: 'llama' },
};

/** A tensor of zeros. */
export function zeroTensor(name: string, dimensions: readonly number[], type = 'F32'): TensorPlan {
  const data = new Uint8Array(tensorBytes(ggmlTypeNamed(type), dimensions)!);
  return { name, dimensions, type, data };
}

/** 8 heads of 32 elements, of which the keys and values have 2. */
export const MODEL_TENSORS: readonly TensorPlan[] = [
  zeroTensor('token_embd.weight', [256, 4]),
  zeroTensor('output_norm.weight', [256]),
  zeroTensor('blk.0.attn_norm.weight', [256]),
  zeroTensor('blk.0.attn_q.weight', [256, 256], 'Q4_0'),
  zeroTensor('blk.0.attn_k.weight', [256, 64], 'Q4_0'),
  zeroTensor('blk.0.attn_v.weight', [256, 64], 'Q4_0'),
  zeroTensor('blk.0.attn_output.weight', [256, 256], 'Q4_0'),
  zeroTensor('blk.0.ffn_norm.weight', [256]),
  zeroTensor('blk.0.ffn_gate.weight', [256, 32]),
  zeroTensor('blk.0.ffn_up.weight', [256, 32]),
  zeroTensor('blk.0.ffn_down.weight', [32, 256]),
];

/** The bytes of a small model that llama.cpp loads; `metadata` adds to it or replaces parts of it. */
export async function modelGguf(
  metadata: Readonly<Record<string, TypedValue>> = {},
): Promise<Buffer> {
  const image = planGguf({
    metadata: { ...MODEL_METADATA, ...metadata },
    tensors: MODEL_TENSORS,
  });
  return Buffer.from(await imageBytes(image));
}
