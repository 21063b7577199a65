import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeModel } from '../../src/formats/gguf/model-info.js';
import { MIB } from '../../src/image/units.js';
import { CATALOGUE, findEntry } from '../../src/models/catalogue/catalogue.js';
import { bestFitting, entrySubject, qualityOf, suggestModels } from '../../src/prepare/suggest.js';
import { modelNeeds } from '../../src/recipes/model-memory.js';
import { hostWith, speedWith } from './samples.js';

const namesFor = (freeMiB: number, contextTokens?: number): string[] =>
  suggestModels(CATALOGUE, hostWith({ freeMiB }), { contextTokens }).models.map(
    ({ entry }) => entry.name,
  );

describe('an entry of the catalogue', () => {
  it.each(CATALOGUE)('takes the memory that a machine gets for the GGUF of $name', (entry) => {
    const { shape, weightBytes } = entry;
    const header = {
      metadata: new Map<string, unknown>([
        ['general.architecture', 'x'],
        ['x.block_count', shape.blockCount],
        ['x.context_length', shape.contextLength],
        ['x.attention.head_count_kv', shape.headCountKv],
        ['x.attention.key_length', shape.headLength],
        ['x.attention.value_length', shape.headLength],
      ]),
      tensors: [{ type: { name: 'F32' }, sizeBytes: weightBytes }],
      parameterCount: 1,
    };
    const info = describeModel(header as unknown as Parameters<typeof describeModel>[0]);
    for (const contextTokens of [512, 4096, shape.contextLength]) {
      expect(modelNeeds(entrySubject(entry).facts, { contextTokens }).memory).toEqual(
        modelNeeds(info, { contextTokens }).memory,
      );
    }
  });
});

describe('suggestModels', () => {
  it('puts the best first, and names five at most', () => {
    const { models, unfit } = suggestModels(CATALOGUE, hostWith({ freeMiB: 200_000 }));
    expect(models).toHaveLength(5);
    expect(models[0]!.entry.name).toBe('gpt-oss-20b');
    const qualities = models.map(({ quality }) => quality);
    expect(qualities).toEqual(qualities.toSorted((a, b) => b - a));
    expect(unfit).toEqual([]);
  });

  it('says in figures why better ones do not fit', () => {
    const host = hostWith({ freeMiB: 3600, freeDiskBytes: 3000 * MIB });
    const { models, unfit } = suggestModels(CATALOGUE, host);
    expect(models[0]!.entry.name).toBe('qwen3-4b');
    expect(unfit.map(({ entry }) => entry.name)).toEqual(['gpt-oss-20b', 'phi-3.5-mini']);
    const [large, hungry] = unfit;
    expect(large!.reasons).toEqual([
      expect.stringMatching(/^gpt-oss-20b needs .* 12288 MiB .* 3600 MiB free/),
      'gpt-oss-20b has 11549 MiB to download; 3000 MiB of disk are free',
    ]);
    expect(hungry!.reasons).toEqual([
      expect.stringMatching(/^phi-3\.5-mini needs .*; a context of \d+ tokens fits$/),
    ]);
  });

  it('asks no room for a model that is here already', () => {
    const host = hostWith({ freeDiskBytes: 0 });
    expect(suggestModels(CATALOGUE, host).models).toEqual([]);
    const isThere = ({ name }: { name: string }): boolean => name === 'qwen3-4b';
    const { models } = suggestModels(CATALOGUE, host, {}, isThere);
    expect(models.map(({ entry, fit }) => [entry.name, fit.subject.downloadBytes])).toEqual([
      ['qwen3-4b', 0],
    ]);
  });

  it('suggests nothing that does not fit, and no worse best for a larger host', () => {
    const memory = fc.integer({ min: 0, max: 40_000 });
    fc.assert(
      fc.property(memory, memory, (one, other) => {
        const [less, more] = [Math.min(one, other), Math.max(one, other)].map((freeMiB) =>
          suggestModels(CATALOGUE, hostWith({ freeMiB })),
        );
        for (const { fit } of less!.models) expect(fit.ramMiB).toBeLessThanOrEqual(fit.freeMiB);
        const best = ({ models }: typeof less & object): number => models[0]?.quality ?? 0;
        expect(best(more!)).toBeGreaterThanOrEqual(best(less!));
      }),
      { numRuns: 40 },
    );
  });

  it('names fewer and smaller ones for a longer context', () => {
    expect(namesFor(4000, 65_536)[0]).not.toBe(namesFor(4000)[0]);
    expect(namesFor(100)).toEqual([]);
  });

  it('has speeds from what was measured here, and a class without', () => {
    const entry = findEntry('qwen3-4b')!;
    const speeds = [speedWith({ tokenBytes: entry.weightBytes })];
    const { models } = suggestModels(CATALOGUE, hostWith({ speeds }));
    expect(models.find((each) => each.entry === entry)!.fit.speed).toMatchObject({ runs: 1 });
    const [first] = suggestModels(CATALOGUE, hostWith()).models;
    expect(first!.fit.speed).toBeUndefined();
    expect(first!.speedClass).toMatch(/^(quick|steady|slow)$/);
  });
});

describe('qualityOf', () => {
  it('grows with the parameters, and with the bits that are kept of each', () => {
    const of = (parametersBillion: number, quantisation: string, activeBillion?: number) =>
      qualityOf({ parametersBillion, quantisation, activeBillion });
    expect(of(4, 'Q4_K_M')).toBeGreaterThan(of(3, 'Q4_K_M'));
    expect(of(4, 'Q8_0')).toBeGreaterThan(of(4, 'Q4_K_M'));
    expect(of(4, 'Q4_K_M')).toBeGreaterThan(of(4, 'Q2_K'));
    expect(of(20, 'MXFP4', 4)).toBeLessThan(of(20, 'MXFP4'));
    expect(of(20, 'MXFP4', 4)).toBeGreaterThan(of(4, 'MXFP4'));
  });
});

describe('bestFitting', () => {
  it('is the first of them, of those other than one', () => {
    const host = hostWith({ freeMiB: 3600 });
    expect(bestFitting(CATALOGUE, host)).toBe('qwen3-4b');
    expect(bestFitting(CATALOGUE, host, {}, 'qwen3-4b')).toBe('llama-3.2-3b');
    expect(bestFitting(CATALOGUE, hostWith({ freeMiB: 10 }))).toBeUndefined();
  });
});
