import { beforeAll, describe, expect, it } from 'vitest';
import { EMBEDDED_MODEL } from '../../support/embedded-model.js';
import { temporaryFolder } from '../../support/temporary.js';
import { buildEngineProgram } from '../engine-programs.js';
import {
  ALL_PRODUCTS,
  GGUF_FOLDERS,
  HOSTILE_SOURCE,
  SAMPLE_NAMES,
  judgeDamaged,
  writeSample,
} from './hostile.js';

describe('the engine, of many damaged GGUFs', () => {
  const folder = temporaryFolder();
  let program: string;
  beforeAll(async () => {
    program = await buildEngineProgram(folder.path, {
      source: HOSTILE_SOURCE,
      folders: GGUF_FOLDERS,
      products: ALL_PRODUCTS,
    });
  });

  it.each(SAMPLE_NAMES)(
    'refuses them or runs them with the vectors of any processor, and nothing out of bounds: %s',
    async (name) => {
      const model = await writeSample(folder.path, name);
      const { refused, run } = await judgeDamaged(program, model, { seed: 2, count: 2500 });
      expect(refused).toBeGreaterThan(500);
      expect(run).toBeGreaterThan(500);
    },
  );

  it('refuses them or runs them, and nothing out of bounds: the built-in model', async () => {
    const { refused, run } = await judgeDamaged(program, EMBEDDED_MODEL, { count: 500 });
    expect(refused).toBeGreaterThan(100);
    expect(run).toBeGreaterThan(50);
  });
});
