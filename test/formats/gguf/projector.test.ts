import { describe, expect, it } from 'vitest';
import { baseModelOf } from '../../../src/formats/gguf/base-model.js';
import { projectorMisfit } from '../../../src/formats/gguf/projector.js';
import { readGguf } from '../../../src/formats/gguf/reader.js';
import type { TypedValue } from '../../../src/formats/gguf/values.js';
import { accessBytes } from '../../../src/image/random-access.js';
import { sampleProjector } from './companions.js';
import type { CompanionChanges } from './companions.js';
import { modelGguf } from './samples.js';

const text = (value: string): TypedValue => ({ type: 'string', value });
const yes: TypedValue = { type: 'bool', value: true };

async function misfit(changes: CompanionChanges): Promise<string | undefined> {
  const projector = await readGguf(accessBytes(await sampleProjector(changes)));
  const model = await readGguf(accessBytes(await modelGguf()));
  return projectorMisfit(projector, baseModelOf([model]));
}

/** A projector of another type, with its output tensor alone. */
const typed = (type: string, tensor: string, dimensions: readonly number[]): CompanionChanges => ({
  metadata: { 'clip.projector_type': text(type) },
  tensors: { 'mm.0.weight': undefined, 'mm.2.weight': undefined, [tensor]: dimensions },
});

describe('projectorMisfit', () => {
  it('returns undefined for a projector made for the model', async () => {
    expect(await misfit({})).toBeUndefined();
  });

  it('returns the reason for a projector without an encoder', async () => {
    const encoder = 'clip.has_vision_encoder';
    const reason = /neither a vision encoder nor an audio encoder/;
    expect(await misfit({ metadata: { [encoder]: undefined } })).toMatch(reason);
    expect(await misfit({ metadata: { [encoder]: { type: 'bool', value: false } } })).toMatch(
      reason,
    );
  });

  it.each([
    ['mlp', 'mm.2.weight', [9, 257], [9, 256]],
    ['pixtral', 'mm.2.weight', [256, 4096], [4096, 256]],
    ['gemma3', 'mm.input_projection.weight', [2560, 256], [256, 2560]],
    ['gemma4v', 'mm.input_projection.weight', [256, 2560], [2560, 256]],
    ['qwen2.5vl_merger', 'mm.2.bias', [2048], [256]],
    ['idefics3', 'mm.model.fc.weight', [9, 960], [9, 256]],
    ['internvl', 'mm.model.mlp.3.weight', [9, 896], [9, 256]],
    ['glm4v', 'mm.down.weight', [9, 4096], [9, 256]],
    ['janus_pro', 'mm.1.bias', [2048], [256]],
    ['ldpv2', 'mm.model.peg.0.bias', [2048], [256]],
    ['ldp', 'mm.model.mb_block.1.block.2.1.bias', [2048], [256]],
    ['resampler', 'resampler.proj.weight', [3584, 256], [256, 9]],
    ['adapter', 'adapter.linear.dense_4h_to_h.weight', [9, 2048], [9, 256]],
  ])('checks the output length of a projector of type %s', async (type, tensor, wrong, right) => {
    expect(await misfit(typed(type, tensor, wrong))).toMatch(
      /^it makes vectors of \d+ elements \(vision\), and the model's have 256$/,
    );
    expect(await misfit(typed(type, tensor, right))).toBeUndefined();
  });

  it('recognises the mlp of Yi by its norms', async () => {
    const tensors = { 'mm.2.weight': [8, 64], 'mm.3.weight': [64], 'mm.3.bias': [256] };
    expect(await misfit({ tensors })).toBeUndefined();
    expect(await misfit({ tensors: { ...tensors, 'mm.3.bias': [255] } })).toMatch(/ 255 elements/);
  });

  it('checks the audio output of a projector with both encoders', async () => {
    const both = {
      metadata: {
        'clip.has_audio_encoder': yes,
        'clip.projector_type': undefined,
        'clip.vision.projector_type': text('mlp'),
        'clip.audio.projector_type': text('ultravox'),
      },
      tensors: { 'mm.a.mlp.2.weight': [8, 2048] },
    };
    expect(await misfit(both)).toMatch(/ 2048 elements \(audio\)/);
    expect(await misfit({ ...both, tensors: { 'mm.a.mlp.2.weight': [8, 256] } })).toBeUndefined();
    const omni = typed('qwen2.5o', 'mm.a.fc.weight', [9, 2048]);
    expect(
      await misfit({ ...omni, metadata: { ...omni.metadata, 'clip.has_audio_encoder': yes } }),
    ).toMatch(/ 2048 elements \(audio\)/);
  });

  it('returns undefined for unknown projector types and tensor names', async () => {
    expect(await misfit(typed('of-tomorrow', 'mm.2.weight', [8, 9]))).toBeUndefined();
    expect(await misfit(typed('gemma3', 'mm.other.weight', [8, 9]))).toBeUndefined();
  });
});
