import { describe, expect, it } from 'vitest';
import { describeModel, kvCacheBytes } from '../../../src/formats/gguf/model-info.js';
import type { ModelInfo } from '../../../src/formats/gguf/model-info.js';
import { readGguf } from '../../../src/formats/gguf/reader.js';
import { float32, uint32 } from '../../../src/formats/gguf/values.js';
import type { TypedValue } from '../../../src/formats/gguf/values.js';
import { accessBytes } from '../../../src/image/random-access.js';
import { sampleGguf } from './samples.js';

const describeSample = async (metadata?: Record<string, TypedValue>): Promise<ModelInfo> =>
  describeModel(await readGguf(accessBytes(await sampleGguf(metadata))));

describe('describeModel', () => {
  it('returns the properties of a model', async () => {
    expect(await describeSample()).toEqual({
      architecture: 'llama',
      name: 'Sämple',
      contextLength: 2048,
      embeddingLength: 256,
      blockCount: 3,
      headCount: 8,
      headCountKv: 2,
      keyLength: 32,
      valueLength: 32,
      vocabularySize: 4,
      quantisation: 'Q4_K_M',
      hasChatTemplate: true,
      chatTemplate: '{{ messages }}',
      temperature: undefined,
      parameterCount: 1034,
      weightBytes: 610,
      tokenBytes: 610,
      tokenizer: undefined,
      preTokenizer: undefined,
      splitCount: undefined,
    });
  });

  it('returns undefined for properties that the metadata does not give', async () => {
    const info = await describeSample({
      'general.architecture': { type: 'string', value: 'other' },
      'general.name': { type: 'bool', value: true },
    });
    expect(info).toMatchObject({
      architecture: 'other',
      name: undefined,
      contextLength: undefined,
    });
    expect(kvCacheBytes(info, 2048)).toBe(0);
  });

  it('returns the most common type as quantisation when the file type is unknown', async () => {
    expect((await describeSample({ 'general.file_type': uint32(1024) })).quantisation).toBe('Q4_K');
  });

  it.each([0, 0.1, 0.7, 1.25, 100])('returns temperature %s as it was written', async (value) => {
    const info = await describeSample({ 'general.sampling.temp': float32(value) });
    expect(info.temperature).toBe(value);
  });

  it.each([-1, NaN, Infinity])('ignores a temperature of %s', async (value) => {
    const info = await describeSample({ 'general.sampling.temp': float32(value) });
    expect(info.temperature).toBeUndefined();
  });

  it('ignores values of the wrong type', async () => {
    const info = await describeSample({
      'general.sampling.temp': { type: 'string', value: 'hot' },
      'llama.context_length': { type: 'int32', value: -5 },
      'llama.attention.head_count_kv': { type: 'array', of: 'string', value: ['many'] },
    });
    expect(info).toMatchObject({
      contextLength: undefined,
      headCountKv: 8,
      temperature: undefined,
    });
  });
});

describe('kvCacheBytes', () => {
  it('counts keys and values of every head and block', async () => {
    expect(kvCacheBytes(await describeSample(), 2048)).toBe(3 * 2 * (32 + 32) * 2048 * 2);
    expect(kvCacheBytes(await describeSample(), 1, 4)).toBe(3 * 2 * (32 + 32) * 4);
  });

  it('uses the head count of each block, and stated lengths of keys and values', async () => {
    const info = await describeSample({
      'llama.attention.head_count_kv': { type: 'array', of: 'int32', value: [4, 0, 1] },
      'llama.attention.key_length': uint32(10),
      'llama.attention.value_length': uint32(20),
    });
    expect(info.headCountKv).toEqual([4, 0, 1]);
    expect(kvCacheBytes(info, 100)).toBe((4 + 0 + 1) * (10 + 20) * 100 * 2);
  });
});
