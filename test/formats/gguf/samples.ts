import { uint32 } from '../../../src/formats/gguf/typed-value.js';
import type { TypedValue } from '../../../src/formats/gguf/typed-value.js';
import { planGguf } from '../../../src/formats/gguf/writer.js';
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
