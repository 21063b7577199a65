import { float32, uint32 } from '../../../src/formats/gguf/values.js';
import type { TypedValue } from '../../../src/formats/gguf/values.js';
import type { GgufPlan } from '../../../src/formats/gguf/writer.js';
import { MODEL_METADATA, zeroTensor } from './samples.js';

const text = (value: string): TypedValue => ({ type: 'string', value });

/** As llama-imatrix writes it: sums of squares and counts, of one matrix. It has no architecture. */
export const IMPORTANCE_MATRIX: GgufPlan = {
  metadata: {
    'general.type': text('imatrix'),
    'imatrix.datasets': { type: 'array', of: 'string', value: ['wiki.train', 'code'] },
    'imatrix.chunk_count': uint32(100),
    'imatrix.chunk_size': uint32(512),
  },
  tensors: [
    zeroTensor('blk.0.attn_q.weight.in_sum2', [256, 1]),
    zeroTensor('blk.0.attn_q.weight.counts', [1, 1]),
  ],
};

/** As llama-cvector-generator writes it: a direction for every layer but the first. */
export const CONTROL_VECTOR: GgufPlan = {
  metadata: {
    'general.architecture': text('controlvector'),
    'controlvector.model_hint': text('llama'),
    'controlvector.layer_count': { type: 'int32', value: 2 },
  },
  tensors: [zeroTensor('direction.1', [256]), zeroTensor('direction.2', [256])],
};

/** Metadata and no tensors, as llama.cpp's own vocabularies. */
export const VOCABULARY: GgufPlan = {
  metadata: {
    ...MODEL_METADATA,
    'tokenizer.ggml.pre': text('default'),
    'general.sampling.temp': float32(0.5),
  },
  tensors: [],
};
