import { describe, expect, it } from 'vitest';
import { ggmlTypeNamed } from '../../../src/formats/gguf/ggml-types.js';
import { layerSizes } from '../../../src/formats/gguf/layer-sizes.js';
import type { LayerSizes } from '../../../src/formats/gguf/layer-sizes.js';

/** Of a header with tensors of so many bytes. */
function sizesOf(
  tensors: Readonly<Record<string, number>>,
  metadata: Readonly<Record<string, unknown>> = {},
): LayerSizes {
  const type = ggmlTypeNamed('F32');
  return layerSizes({
    metadata: new Map(Object.entries({ 'general.architecture': 'llama', ...metadata })),
    tensors: Object.entries(tensors).map(([name, sizeBytes]) => {
      return { name, sizeBytes, type, offset: 0, dimensions: [sizeBytes / 4] };
    }),
  });
}

describe('layerSizes', () => {
  it('tells blocks, input and output apart', () => {
    const tensors = {
      'token_embd.weight': 1,
      'per_layer_token_embd.weight': 2,
      'blk.0.attn_q.weight': 10,
      'blk.1.attn_q.weight': 20,
      'blk.1.ffn_up_exps.weight': 200,
      'blk.10.ffn_up.weight': 30,
      'rope_freqs.weight': 3,
      'per_layer_model_proj.weight': 4,
      'output_norm.weight': 100,
      'output.weight': 1000,
    };
    const { layerBytes, inputBytes, outputBytes } = sizesOf(tensors);
    expect(layerBytes).toEqual([17, 220, 0, 0, 0, 0, 0, 0, 0, 0, 30]);
    expect({ inputBytes, outputBytes }).toEqual({ inputBytes: 3, outputBytes: 1100 });
  });

  it('counts embeddings twice that are the output, too', () => {
    expect(sizesOf({ 'token_embd.weight': 5, 'blk.0.x': 1, 'output_norm.weight': 2 })).toEqual({
      layerBytes: [1],
      inputBytes: 5,
      outputBytes: 7,
    });
  });

  it('has as many blocks as the model says, and counts none of its tensors twice', () => {
    const tensors = { 'blk.0.x': 1, 'blk.7.x': 2, 'enc.blk.1.x': 4 };
    expect(sizesOf(tensors, { 'llama.block_count': 3 }).layerBytes).toEqual([1, 4, 2]);
    expect(sizesOf(tensors).layerBytes).toEqual([1, 4, 0, 0, 0, 0, 0, 2]);
    expect(sizesOf({ 'v.blk.0.x': 1 }).outputBytes).toBe(1);
  });

  it.each([4294967295, -1, 0.5])('takes no more memory for a block_count of %d', (count) => {
    const { layerBytes, outputBytes } = sizesOf({ 'blk.9.x': 8 }, { 'llama.block_count': count });
    expect(layerBytes.length).toBeLessThanOrEqual(512);
    expect(layerBytes.reduce((sum, bytes) => sum + bytes, outputBytes)).toBe(8);
  });
});
