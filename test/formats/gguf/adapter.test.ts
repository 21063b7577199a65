import { describe, expect, it } from 'vitest';
import { adapterMisfit } from '../../../src/formats/gguf/adapter.js';
import { baseModelOf } from '../../../src/formats/gguf/base-model.js';
import { readGguf } from '../../../src/formats/gguf/reader.js';
import { accessBytes } from '../../../src/image/random-access.js';
import { sampleAdapter } from './companions.js';
import type { CompanionChanges } from './companions.js';
import { modelGguf } from './samples.js';

async function misfit(changes: CompanionChanges): Promise<string | undefined> {
  const adapter = await readGguf(accessBytes(await sampleAdapter(changes)));
  const model = await readGguf(accessBytes(await modelGguf()));
  return adapterMisfit(adapter, baseModelOf([model]));
}

describe('adapterMisfit', () => {
  it.each<[string, CompanionChanges]>([
    ['made for the model', {}],
    ['without an alpha', { metadata: { 'adapter.lora.alpha': undefined } }],
    ['with norms beside its pairs', { tensors: { 'blk.0.attn_norm.weight': [7] } }],
    [
      'of another rank',
      { tensors: { 'output_norm.weight.lora_a': [256, 5], 'output_norm.weight.lora_b': [5] } },
    ],
  ])('returns undefined for an adapter %s', async (_, changes) => {
    expect(await misfit(changes)).toBeUndefined();
  });

  it.each<[string, CompanionChanges, RegExp]>([
    [
      'for another architecture',
      { metadata: { 'general.architecture': { type: 'string', value: 'qwen2' } } },
      /architecture "qwen2", and the model is of "llama"/,
    ],
    [
      'of another type',
      { metadata: { 'adapter.type': { type: 'string', value: 'ia3' } } },
      /"ia3" instead of "lora"/,
    ],
    ['of no type', { metadata: { 'adapter.type': undefined } }, /adapter\.type is not known/],
    [
      'whose alpha is not a float32',
      { metadata: { 'adapter.lora.alpha': { type: 'uint32', value: 4 } } },
      /alpha is of type uint32/,
    ],
    [
      'with half a pair',
      { tensors: { 'output_norm.weight.lora_b': undefined } },
      /one half only of what changes "output_norm\.weight"/,
    ],
    [
      'for a tensor that the model lacks',
      { tensors: { 'blk.9.ffn_up.weight.lora_a': [3, 2], 'blk.9.ffn_up.weight.lora_b': [2, 3] } },
      /has no tensor "blk\.9\.ffn_up\.weight"/,
    ],
    [
      'for longer rows',
      { tensors: { 'output_norm.weight.lora_a': [4, 2] } },
      /of 4 x 1, and the model's is of 256 x 1/,
    ],
    [
      'for more rows',
      { tensors: { 'output_norm.weight.lora_b': [2, 9] } },
      /of 256 x 9, and the model's is of 256 x 1/,
    ],
    [
      'for longer embeddings',
      { tensors: { 'token_embd.weight.lora_b': [2, 512] } },
      /"token_embd\.weight" of 512 x 4, and the model's is of 256 x 4/,
    ],
    [
      'for a larger vocabulary',
      { tensors: { 'token_embd.weight.lora_a': [2, 5] } },
      /of 256 x 5, and the model's is of 256 x 4/,
    ],
    [
      'of two ranks',
      { tensors: { 'output_norm.weight.lora_a': [256, 5] } },
      /ranks of what changes "output_norm\.weight" are 5 and 2/,
    ],
    ['with whole tensors', { tensors: { 'output.weight': [3, 3] } }, /"output\.weight" ends in/],
  ])('returns the reason for an adapter %s', async (_, changes, reason) => {
    expect(await misfit(changes)).toMatch(reason);
  });
});
