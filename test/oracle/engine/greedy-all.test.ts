import { beforeAll, describe, expect, it } from 'vitest';
import { hostArchitecture } from '../../../src/artifacts/architectures.js';
import { convertLlama2c } from '../../../src/recipes/convert.js';
import { CLOSE } from '../../support/native-llama/compare.js';
import { ENGINE_TYPES } from '../../support/native-llama/quantise.js';
import { RANDOM_SHAPES } from '../../support/random-gguf/shapes.js';
import { temporaryFolder } from '../../support/temporary.js';
import { STORIES_260K, WITH_WEIGHTS } from '../../support/weights.js';
import { COUNT, Contest, driftBelow } from './contest.js';

/** Of each architecture every type goes through its smaller model; the others have one of each kind. */
const EVERY_TYPE = ['llama-small', 'llama-9-heads', 'qwen2-small', 'phi3-large-long'];
const SOME_TYPES = ['F32', 'Q8_0', 'Q4_K'] as const;
const CASES = Object.keys(RANDOM_SHAPES).flatMap((name) =>
  (EVERY_TYPE.includes(name) ? ENGINE_TYPES : SOME_TYPES).map((type) => ({ name, type })),
);

/** With so few weights, one activation that is rounded the other way moves logits by so much, in llama.cpp's own variants, too. */
const closeOfStories = (type: string): number => (type.startsWith('F') ? CLOSE : 1e-2);

describe('the engine goes on as llama.cpp does, in everything that it computes', () => {
  const folder = temporaryFolder();
  let contest: Contest;
  beforeAll(async () => {
    contest = await Contest.prepare(folder.path);
  });

  it.each(CASES)('by the random $name in $type', async ({ name, type }) => {
    const { wrong, drift, told } = await contest.random(name, type);
    expect(wrong).toEqual([]);
    expect(told).toBeGreaterThan(COUNT / 2);
    expect(drift).toBeLessThan(driftBelow(type));
  });

  it.runIf(hostArchitecture() === 'x86_64').each(ENGINE_TYPES)(
    'with the vectors that every processor has, in %s',
    async (type) => {
      const { wrong, drift } = await contest.random('llama-small', type, 'sse2');
      expect(wrong).toEqual([]);
      expect(drift).toBeLessThan(driftBelow(type));
    },
  );

  it.each(ENGINE_TYPES)('by the built-in model in %s', async (type) => {
    expect((await contest.builtIn(type)).wrong).toEqual([]);
  });

  // Its rows are no whole blocks of 256.
  it.each(ENGINE_TYPES.filter((type) => !type.includes('_K')))(
    'by stories260K in %s',
    WITH_WEIGHTS,
    async (type) => {
      const out = folder.file('stories260K.gguf');
      await convertLlama2c({ ...STORIES_260K, out });
      expect((await contest.stories(out, type, closeOfStories(type))).wrong).toEqual([]);
    },
  );
});
