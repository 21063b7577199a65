import { describe, expect, it } from 'vitest';
import { kindOf } from '../../../src/formats/gguf/kind.js';
import { kindDetails } from '../../../src/formats/gguf/kind-details.js';
import { readGguf } from '../../../src/formats/gguf/reader.js';
import type { GgufHeader } from '../../../src/formats/gguf/reader.js';
import { uint32 } from '../../../src/formats/gguf/values.js';
import type { TypedValue } from '../../../src/formats/gguf/values.js';
import { planGguf } from '../../../src/formats/gguf/writer.js';
import { accessBytes } from '../../../src/image/random-access.js';
import { imageBytes } from '../../support/images.js';
import { sampleAdapter, sampleProjector } from './companions.js';
import { CONTROL_VECTOR, IMPORTANCE_MATRIX } from './odd-samples.js';
import { MODEL_METADATA, modelGguf } from './samples.js';

const text = (value: string): TypedValue => ({ type: 'string', value });
const headerOf = async (bytes: Promise<Uint8Array>): Promise<GgufHeader> =>
  readGguf(accessBytes(await bytes));
const described = async (bytes: Promise<Uint8Array>): Promise<unknown> => {
  const header = await headerOf(bytes);
  const kind = kindOf(header);
  const details = Object.entries(kindDetails(header, kind)).filter(
    ([, value]) => value !== undefined,
  );
  return [kind, Object.fromEntries(details)];
};

describe('kindOf and kindDetails', () => {
  it('tell a model', async () => {
    expect(await described(modelGguf())).toEqual(['model', {}]);
    expect(await described(modelGguf({ 'general.type': text('model') }))).toEqual(['model', {}]);
  });

  it('tell a vocabulary by its tokens and lack of tensors, and no part of a split model', async () => {
    const plan = { metadata: MODEL_METADATA, tensors: [] };
    expect(await described(imageBytes(planGguf(plan)))).toEqual(['vocabulary', {}]);
    const metadata = { ...MODEL_METADATA, 'split.count': { type: 'uint16', value: 2 } } as const;
    expect(await described(imageBytes(planGguf({ metadata, tensors: [] })))).toEqual(['model', {}]);
  });

  it('tell companions', async () => {
    expect(await described(sampleAdapter())).toEqual([
      'adapter',
      { adapterType: 'lora', alpha: 4, rank: 2 },
    ]);
    expect(await described(sampleProjector())).toEqual([
      'projector',
      { encoders: ['vision'], projectorType: 'mlp' },
    ]);
    expect(await described(modelGguf({ 'general.architecture': text('clip') }))).toEqual([
      'projector',
      { encoders: [] },
    ]);
  });

  it('tell an importance matrix', async () => {
    expect(await described(imageBytes(planGguf(IMPORTANCE_MATRIX)))).toEqual([
      'importance-matrix',
      { datasets: ['wiki.train', 'code'], chunkCount: 100, chunkTokens: 512 },
    ]);
  });

  it('tell a control vector', async () => {
    expect(await described(imageBytes(planGguf(CONTROL_VECTOR)))).toEqual([
      'control-vector',
      { modelHint: 'llama', layerCount: 2 },
    ]);
  });

  it.each([
    ['an encoder', { 'general.architecture': text('bert') }, {}],
    [
      'an encoder with pooling',
      { 'general.architecture': text('nomic-bert'), 'nomic-bert.pooling_type': uint32(1) },
      { pooling: 'mean' },
    ],
    ['a decoder with pooling', { 'llama.pooling_type': uint32(3) }, { pooling: 'last' }],
    ['a reranker', { 'llama.pooling_type': uint32(4) }, { pooling: 'rank: it scores texts' }],
    ['a pooling of the future', { 'llama.pooling_type': uint32(99) }, {}],
  ])('tell a model that makes vectors: %s', async (_, metadata, details) => {
    expect(await described(modelGguf(metadata as Record<string, TypedValue>))).toEqual([
      'embedding',
      details,
    ]);
  });

  it('take a model without pooling, or with a pooling of another type, for one', async () => {
    for (const pooling of [uint32(0), text('mean')]) {
      const [kind] = (await described(modelGguf({ 'llama.pooling_type': pooling }))) as [string];
      expect(kind).toBe('model');
    }
  });
});
