import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layerSizes } from '../../../src/formats/gguf/layer-sizes.js';
import { describeModel, kvCacheBytes } from '../../../src/formats/gguf/model-info.js';
import { readGguf } from '../../../src/formats/gguf/reader.js';
import { accessBytes } from '../../../src/image/random-access.js';
import { planWorkers } from '../../../src/workers/plan/plan-workers.js';
import type { Share, WorkersPlanInput } from '../../../src/workers/plan/plan-workers.js';
import { zosiaError } from '../../support/errors.js';

const MIB = 1 << 20;
const BUILT_IN = new URL('../../../models/zosia-tiny/zosia-tiny.gguf', import.meta.url);

/** A model with blocks of 100 MiB, input and output of 50, and a cache of 1 MiB for each block and 256 tokens. */
function model(blockCount: number): Pick<WorkersPlanInput, 'facts' | 'layers'> {
  return {
    facts: {
      contextLength: 4096,
      blockCount,
      headCountKv: 8,
      keyLength: 128,
      valueLength: 128,
      weightBytes: (blockCount + 1) * 100 * MIB,
    },
    layers: {
      layerBytes: Array.from({ length: blockCount }, () => 100 * MIB),
      inputBytes: 50 * MIB,
      outputBytes: 50 * MIB,
    },
  };
}

const input = (
  blockCount: number,
  memories: readonly (number | undefined)[],
  more: Partial<WorkersPlanInput> = {},
): WorkersPlanInput => ({
  ...model(blockCount),
  contextTokens: 256,
  workers: memories.map((memoryMiB, index) => ({ name: `box${index}`, memoryMiB })),
  ...more,
});

const shown = ({ blocks: { from, to }, hasOutput, neededMiB }: Share) =>
  `${from}-${to}${hasOutput ? ' output' : ''} ${neededMiB} MiB`;

describe('planWorkers', () => {
  it('says who holds what, and what for', () => {
    const { workers, head, fits, llamaArgs } = planWorkers(
      input(9, [1536, 1024], { headMemoryMiB: 1024, tensorSplit: [3, 1] }),
    );
    // 8 of 10 layers, 808 MiB and 512 for the machine; a block, the output and a cache, 151 and 512.
    expect(workers.map(shown)).toEqual(['0-8 1344 MiB', '8-9 output 704 MiB']);
    expect(workers.map(({ fits: each }) => each)).toEqual([true, true]);
    expect(head).toMatchObject({
      ...{ blocks: { from: 0, to: 0 }, hasInput: true, hasOutput: false },
      ...{ weightBytes: 50 * MIB, kvCacheBytes: 0, neededMiB: 576, fits: true },
    });
    expect(fits).toBe(true);
    expect(llamaArgs).toEqual(['--n-gpu-layers', '10', '--tensor-split', '3,1']);
  });

  it('splits by what the memory of each leaves for a model', () => {
    expect(planWorkers(input(9, [1536, 1024])).tensorSplit).toEqual([1024, 512]);
    expect(planWorkers(input(9, [512, 2048])).tensorSplit).toEqual([0, 1536]);
    // None is enough: the plan says of each by how much.
    expect(planWorkers(input(9, [256, 512]))).toMatchObject({
      tensorSplit: [256, 512],
      fits: false,
    });
    expect(planWorkers(input(9, [undefined, undefined])).tensorSplit).toEqual([1, 1]);
  });

  it('says that it does not know whether it fits what it does not know', () => {
    expect(planWorkers(input(4, [undefined], { headMemoryMiB: 4096 })).fits).toBeUndefined();
    expect(planWorkers(input(4, [4096])).fits).toBeUndefined();
    expect(planWorkers(input(4, [4096], { headMemoryMiB: 4096 })).fits).toBe(true);
    expect(planWorkers(input(4, [undefined], { headMemoryMiB: 64 })).fits).toBe(false);
  });

  it('wants the memory of all, or of none, or shares', () => {
    expect(() => planWorkers(input(4, [4096, undefined]))).toThrow(
      zosiaError('ZOSIA_WORKER_MEMORY_UNKNOWN'),
    );
    expect(() => planWorkers(input(4, [4096, undefined]))).toThrow(/box1/);
    const plan = planWorkers(input(4, [4096, undefined], { tensorSplit: [1, 1] }));
    expect(plan.workers.map(({ fits }) => fits)).toEqual([true, undefined]);
    expect(() => planWorkers(input(4, [1024], { tensorSplit: [1, 1] }))).toThrow(
      zosiaError('ZOSIA_TENSOR_SPLIT_INVALID'),
    );
  });

  it('counts the cache of each block where they differ', () => {
    const { facts, layers } = model(4);
    const plan = planWorkers({
      ...input(4, [undefined, undefined]),
      ...{ facts: { ...facts, headCountKv: [8, 0, 16, 0] }, layers },
    });
    expect(plan.workers.map((share) => share.kvCacheBytes / MIB)).toEqual([1 + 0 + 2, 0]);
  });

  /** In MiB: the buffers that llama-completion of Debian's llama.cpp 0.7.0 said it had (-v, --ctx-size 512). */
  it.each([
    { split: [3, 1], weights: [0.27, 1.23, 0.27], caches: [0, 1.5, 0] },
    { split: [1, 1], weights: [0.27, 0.82, 0.67], caches: [0, 1, 0.5] },
    { split: [1, 2, 4], weights: [0.27, 0.2, 0.41, 0.88], caches: [0, 0.25, 0.5, 0.75] },
    { split: [3, 1], headLayers: 3, weights: [0.88, 0.61, 0.27], caches: [0.75, 0.75, 0] },
    { split: [1, 1], headLayers: 2, weights: [0.67, 0.61, 0.47], caches: [0.5, 0.75, 0.25] },
    { split: [5, 2], headLayers: 6, weights: [1.49, 0.27, 0], caches: [1.5, 0, 0] },
  ])('gives what llama.cpp gave by $split', async ({ split, headLayers, weights, caches }) => {
    const header = await readGguf(accessBytes(await readFile(BUILT_IN)));
    const plan = planWorkers({
      ...{ facts: describeModel(header), layers: layerSizes(header), contextTokens: 512 },
      workers: split.map((_, index) => ({ name: `box${index}` })),
      ...{ tensorSplit: split, headLayers },
    });
    const inMiB = (bytes: number): number => Number((bytes / MIB).toFixed(2));
    const all = [plan.head, ...plan.workers];
    expect(all.map(({ weightBytes }) => inMiB(weightBytes))).toEqual(weights);
    expect(all.map((share) => inMiB(share.kvCacheBytes))).toEqual(caches);
  });

  it('holds all of a model once, in order, whatever the workers', () => {
    const worker = fc.option(fc.integer({ min: 1, max: 1 << 20 }), { nil: undefined });
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 2 ** 34 }), { maxLength: 100 }),
        fc.array(worker, { minLength: 1, maxLength: 15 }),
        fc.integer({ min: 0, max: 120 }),
        fc.integer({ min: 1, max: 1 << 17 }),
        (layerBytes, memories, headLayers, contextTokens) => {
          const { facts } = model(layerBytes.length);
          const plan = planWorkers({
            ...input(0, memories, { headLayers, contextTokens, facts }),
            layers: { layerBytes, inputBytes: 12345, outputBytes: 678 },
            tensorSplit: memories.map((_, index) => (index % 3) + (index === 0 ? 1 : 0)),
          });
          const all = [plan.head, ...plan.workers];
          const total = (of: (share: Share) => number) =>
            all.reduce((sum, share) => sum + of(share), 0);
          const weights = layerBytes.reduce((sum, bytes) => sum + bytes, 0);
          expect(total(({ weightBytes }) => weightBytes)).toBe(weights + 12345 + 678);
          expect(total((share) => share.kvCacheBytes)).toBe(kvCacheBytes(facts, contextTokens));
          expect(all.filter(({ hasOutput }) => hasOutput)).toHaveLength(1);
          const held = all.flatMap(({ blocks: { from, to } }) =>
            Array.from({ length: to - from }, (_, index) => from + index),
          );
          expect(held).toEqual(layerBytes.map((_, index) => index));
          for (const { neededMiB, weightBytes, kvCacheBytes: cache } of all) {
            expect(neededMiB * MIB).toBeGreaterThanOrEqual(weightBytes + cache + 512 * MIB);
          }
        },
      ),
    );
  });
});
