import { readFile, writeFile } from 'node:fs/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { loadCheckpoint, readParameters, saveCheckpoint } from '../src/checkpoint.js';
import type { KernelMemory, Progress, Run } from '../src/checkpoint.js';
import type { KernelArray } from '../src/kernel.js';
import { parameterCount } from '../src/model/shape.js';
import type { ModelShape } from '../src/model/shape.js';
import { ZOSIA_TINY } from '../src/recipe.js';
import type { Recipe } from '../src/recipe.js';
import { temporaryFolder } from '../../test/support/temporary.js';

const SHAPE: ModelShape = { ...ZOSIA_TINY.shape, dim: 8, hiddenDim: 4, vocabularySize: 9 };

const RUN: Run = {
  recipe: { ...ZOSIA_TINY, shape: SHAPE, stepCount: 12, warmupSteps: 3, decaySteps: 4 },
  corpusSha256: 'of this text',
  arithmetic: { threadCount: 2, compiler: 'cc 1' },
};

const progressTo = (step: number): Progress => ({
  step,
  position: { epoch: 0, taken: 9 },
  losses: [],
  seconds: 2,
  tokens: 70,
});

/** A kernel's arrays without a kernel. */
class Memory implements KernelMemory {
  readonly arrays = new Map<KernelArray, Float32Array | Float64Array>();

  read(array: KernelArray): Promise<Float32Array | Float64Array> {
    return Promise.resolve(this.arrays.get(array)!);
  }

  write(array: KernelArray, values: Float32Array | Float64Array): Promise<void> {
    this.arrays.set(array, values);
    return Promise.resolve();
  }
}

const STATE = new Memory();
for (const [i, array] of (['parameters', 'means', 'squares'] as const).entries()) {
  const values = Float32Array.from({ length: parameterCount(SHAPE) }, (_, at) => i + at / 1000);
  STATE.arrays.set(array, values);
}

describe('a checkpoint of a training run', () => {
  const folder = temporaryFolder();
  const path = (): string => folder.file('state');
  const save = (progress: Progress): Promise<void> => saveCheckpoint(path(), STATE, RUN, progress);
  const load = (other: Partial<Run> = {}, memory = new Memory()): Promise<unknown> =>
    loadCheckpoint(path(), memory, { ...RUN, ...other });
  const loadBy = (other: Partial<Recipe>): Promise<unknown> =>
    load({ recipe: { ...RUN.recipe, ...other } });
  beforeEach(() => save(progressTo(5)));

  it('returns the progress and the state that were saved', async () => {
    const memory = new Memory();
    expect(await load({}, memory)).toEqual(progressTo(5));
    expect(memory.arrays).toEqual(STATE.arrays);
  });

  it('refuses a run that would lead to other weights', async () => {
    const refusal = (message: string): unknown =>
      expect.objectContaining({
        code: 'ZOSIA_TRAINING_OTHER_RUN',
        message: `${path()} is of a run with another ${message}`,
        hint: expect.stringContaining('--out'),
      });
    await expect(loadBy({ peakRate: 1 })).rejects.toEqual(refusal('peakRate: 0.0025, not 1'));
    await expect(loadBy({ optimiser: { ...RUN.recipe.optimiser, beta2: 0.5 } })).rejects.toThrow(
      /another optimiser: .*0\.98.* not .*0\.5/,
    );
    const { arithmetic } = RUN;
    await expect(load({ arithmetic: { ...arithmetic, threadCount: 3 } })).rejects.toEqual(
      refusal('threadCount: 2, not 3'),
    );
    await expect(load({ arithmetic: { ...arithmetic, compiler: 'cc 2' } })).rejects.toEqual(
      refusal('compiler: "cc 1", not "cc 2"'),
    );
    await expect(load({ corpusSha256: 'of another' })).rejects.toEqual(refusal('text'));
  });

  // The rate falls in steps 9 to 12.
  it.each<[number, Partial<Recipe>]>([
    [5, { stepCount: 99 }],
    [5, { stepCount: 99, decaySteps: 9 }],
    [5, { stepCount: 9 }],
    [8, { stepCount: 13 }],
    [8, { stepCount: 11, decaySteps: 3 }],
    [2, { stepCount: 2 }], // of the warm-up
    [12, {}],
  ])('of step %i accepts %o, which changes none of its steps', async (step, other) => {
    await save(progressTo(step));
    expect(await loadBy(other)).toEqual(progressTo(step));
  });

  it.each<[number, Partial<Recipe>, string]>([
    [9, { stepCount: 13 }, '10 to 13'], // falls already
    [12, { stepCount: 99 }, '96 to 99'],
    [12, { decaySteps: 3 }, '10 to 12'],
    [5, { stepCount: 8 }, '5 to 8'], // would have fallen before
    [7, { decaySteps: 6 }, '7 to 12'],
    [2, { stepCount: 1 }, '1 to 1'], // has no such step
  ])('of step %i refuses %o', async (step, other, fall) => {
    await save(progressTo(step));
    await expect(loadBy(other)).rejects.toMatchObject({
      code: 'ZOSIA_TRAINING_OTHER_RUN',
      message: `${path()} has come to step ${step}; its learning rate falls in steps 9 to 12, not ${fall}`,
      hint: 'Go on with --steps 12, or begin anew in another folder (--out).',
    });
  });

  it('refuses a file that names neither steps nor arithmetic', async () => {
    const file = await readFile(path());
    const end = file.indexOf('\n');
    const { recipe, ...header } = JSON.parse(file.toString('utf8', 0, end)) as Run;
    const { stepCount, decaySteps, ...lasting } = recipe;
    expect([stepCount, decaySteps]).toEqual([12, 4]);
    const older = { ...header, arithmetic: undefined, recipe: lasting };
    await writeFile(
      path(),
      Buffer.concat([Buffer.from(JSON.stringify(older)), file.subarray(end)]),
    );
    await expect(load()).rejects.toMatchObject({
      code: 'ZOSIA_TRAINING_STATE_UNREADABLE',
      message: expect.stringMatching(/it does not say what its run was made from$/),
    });
    expect(await readParameters(path(), SHAPE)).toEqual(STATE.arrays.get('parameters'));
  });

  it('returns the parameters alone', async () => {
    expect(await readParameters(path(), SHAPE)).toEqual(STATE.arrays.get('parameters'));
    await expect(readParameters(path(), ZOSIA_TINY.shape)).rejects.toThrow('parameters');
    await expect(readParameters(folder.file('none'), SHAPE)).rejects.toMatchObject({
      code: 'ZOSIA_TRAINING_NOT_RUN',
      hint: 'Train first: npm run train:tiny',
    });
  });

  it('returns undefined only for a missing file, and throws for an unreadable one', async () => {
    const at = (other: string): Promise<unknown> => loadCheckpoint(other, new Memory(), RUN);
    expect(await at(folder.file('none'))).toBeUndefined();
    const unreadable = { code: 'ZOSIA_TRAINING_STATE_UNREADABLE' };
    await expect(at(folder.path)).rejects.toMatchObject(unreadable);
    const whole = await readFile(path());
    for (const damaged of [whole.subarray(0, -4), whole.subarray(1), Buffer.from('{}\n'), '']) {
      const other = folder.file('damaged');
      await writeFile(other, damaged);
      await expect(at(other)).rejects.toMatchObject(unreadable);
    }
  });
});
