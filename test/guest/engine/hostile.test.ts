import { open, truncate } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { uint32 } from '../../../src/formats/gguf/values.js';
import { temporaryFolder } from '../../support/temporary.js';
import { buildEngineProgram } from '../engine-programs.js';
import {
  BASIC_PRODUCTS,
  GGUF_FOLDERS,
  HOSTILE_SOURCE,
  judgeDamaged,
  writeSample,
} from './hostile.js';
import type { SampleChanges, SampleName } from './hostile.js';

describe('the engine, of damaged GGUFs', () => {
  const folder = temporaryFolder();
  let program: string;
  beforeAll(async () => {
    program = await buildEngineProgram(folder.path, {
      source: HOSTILE_SOURCE,
      folders: GGUF_FOLDERS,
      products: BASIC_PRODUCTS,
    });
  });

  it.each<SampleName>(['llama', 'qwen2', 'phi3', 'gemma3'])(
    'refuses them or runs them, and nothing out of bounds: %s',
    async (name) => {
      const model = await writeSample(folder.path, name);
      expect(await judgeDamaged(program, model, { count: 1 })).toMatchObject({ run: 1 });
      const { refused, run } = await judgeDamaged(program, model, { count: 500 });
      expect(refused).toBeGreaterThan(100);
      expect(run).toBeGreaterThan(50);
    },
  );

  it.each<[string, SampleChanges, string]>([
    [
      'more heads than 32 bits count elements of',
      {
        metadata: {
          'phi3.attention.head_count': uint32(65_536),
          'phi3.attention.head_count_kv': uint32(65_536),
          'phi3.attention.key_length': uint32(65_536),
          'phi3.attention.value_length': uint32(65_536),
        },
      },
      'it has 65536 heads of 65536 elements',
    ],
    ['tensors that are aligned for no float', { alignment: 1 }, 'its alignment is 1'],
    [
      'an architecture that would write to the console',
      { metadata: { 'general.architecture': { type: 'string', value: 'a\x1b[2J\n' } } },
      'its architecture is a?[2J?;',
    ],
  ])('refuses %s', async (_, changes, reason) => {
    const model = await writeSample(folder.path, 'phi3', changes);
    const { reasons } = await judgeDamaged(program, model, { count: 1 });
    expect(reasons[0]).toContain(reason);
  });

  it('refuses a tensor that is not all within a file, by a byte', async () => {
    const model = await writeSample(folder.path, 'gemma3');
    const file = await open(model);
    const { size } = await file.stat().finally(() => file.close());
    await truncate(model, size - 32);
    const { reasons } = await judgeDamaged(program, model, { count: 1 });
    expect(reasons[0]).toMatch(/the tensor \S+ is not all within it/);
  });
});
