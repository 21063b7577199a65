import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { loadCheckpoint, saveCheckpoint } from '../src/checkpoint.js';
import type { Progress, Run } from '../src/checkpoint.js';
import { compileKernel, compilerVersion } from '../src/compiler.js';
import { batchOf } from '../src/data.js';
import type { Example } from '../src/data.js';
import { Kernel } from '../src/kernel.js';
import { inference } from '../src/model/inference.js';
import { initialParameters } from '../src/model/shape.js';
import type { ModelShape } from '../src/model/shape.js';
import { randomStream } from '../src/random.js';
import type { Random } from '../src/random.js';
import { ZOSIA_TINY } from '../src/recipe.js';
import type { Recipe } from '../src/recipe.js';
import { train } from '../src/trainer.js';
import { checkpointBytes } from './support/checkpoint-bytes.js';
import { referenceModel } from '../../test/support/llama2-reference.js';

const SHAPE: ModelShape = {
  dim: 32,
  hiddenDim: 56,
  layerCount: 2,
  headCount: 4,
  kvHeadCount: 2,
  vocabularySize: 90,
  contextLength: 40,
};

const RECIPE: Recipe = {
  ...ZOSIA_TINY,
  shape: SHAPE,
  stepCount: 12,
  warmupSteps: 3,
  decaySteps: 4,
  batchTokens: 100,
};

const RUN: Run = {
  recipe: RECIPE,
  corpusSha256: 'of this text',
  arithmetic: { threadCount: 2, compiler: 'cc 1' },
};

/** Parameters that make something of their input; those to start with hardly do. */
const lively = (random: Random): Float32Array =>
  initialParameters(SHAPE, random).map((value) => 4 * value + 0.1 * random.normal());

function someExamples(count: number, random: Random): Example[] {
  return Array.from({ length: count }, () => {
    const length = 2 + random.below(SHAPE.contextLength);
    const start = random.below(SHAPE.vocabularySize);
    return {
      // Something to learn: each token is the one before and seven.
      tokens: Uint16Array.from({ length }, (_, i) => (start + 7 * i) % SHAPE.vocabularySize),
      weights: Float32Array.from({ length }, (_, i) => (i < 2 ? 0 : 1)),
    };
  });
}

/** The loss that a model of the tests' own gives. */
async function referenceLoss(parameters: Float32Array, example: Example): Promise<number> {
  const forward = referenceModel(await checkpointBytes(SHAPE, parameters));
  let [loss, weight] = [0, 0];
  example.tokens.subarray(0, -1).forEach((token, i) => {
    const logits = forward(token);
    const largest = Math.max(...logits);
    const sum = logits.reduce((total, logit) => total + Math.exp(logit - largest), 0);
    const cost = largest + Math.log(sum) - logits[example.tokens[i + 1]!]!;
    loss += cost * example.weights[i + 1]!;
    weight += example.weights[i + 1]!;
  });
  return loss / weight;
}

describe('the kernel', () => {
  let folder: string;
  let program: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'zosia-'));
    program = join(folder, 'kernel');
    await compileKernel(program);
  });
  afterAll(() => rm(folder, { recursive: true }));

  const withKernel = async <T>(
    work: (kernel: Kernel) => Promise<T>,
    options: ConstructorParameters<typeof Kernel>[2] = { threads: 2 },
  ): Promise<T> => {
    const kernel = new Kernel(program, SHAPE, options);
    try {
      return await work(kernel);
    } finally {
      await kernel.close();
    }
  };

  it('computes the same loss as the reference model and the model in TypeScript', async () => {
    const random = randomStream(1);
    const parameters = lively(random);
    for (const example of someExamples(3, random).filter(({ tokens }) => tokens.length > 3)) {
      const expected = await referenceLoss(parameters, example);
      const loss = await withKernel(async (kernel) => {
        await kernel.write('parameters', parameters);
        return kernel.loss(batchOf([example]));
      });
      expect(Math.abs(loss / expected - 1)).toBeLessThan(0.02); // perhaps bfloat16
      const [forward, reference] = [
        inference(SHAPE, parameters),
        referenceModel(await checkpointBytes(SHAPE, parameters)),
      ];
      for (const token of example.tokens.subarray(0, -1)) {
        const [mine, theirs] = [forward(token), reference(token)];
        mine.forEach((value, i) => {
          expect(value).toBeCloseTo(theirs[i]!, 3);
        });
      }
    }
  });

  it('computes the same losses for documents in one batch as for each alone', async () => {
    const random = randomStream(2);
    const parameters = lively(random);
    const examples = someExamples(30, random);
    await withKernel(async (kernel) => {
      await kernel.write('parameters', parameters);
      const together = batchOf(examples);
      const weight = examples.flatMap(({ weights }) => [...weights.subarray(1)]);
      const total = weight.reduce((sum, value) => sum + value, 0);
      let expected = 0;
      for (const example of examples) {
        const own = example.weights.subarray(1).reduce((sum, value) => sum + value, 0);
        if (own > 0) expected += ((await kernel.loss(batchOf([example]))) * own) / total;
      }
      expect(await kernel.loss(together)).toBeCloseTo(expected, 3);
    });
  });

  it('lowers the loss, and continues from a checkpoint with the same bits', async () => {
    const random = randomStream(3);
    const [training, validation] = [someExamples(60, random), someExamples(5, random)];
    const start = initialParameters(SHAPE, random);
    const path = join(folder, 'state');
    const run = (recipe: Recipe, kernel: Kernel, resume?: Progress): Promise<Progress> =>
      train({
        recipe,
        kernel,
        training,
        validation,
        reportEvery: 5,
        report: (progress) => saveCheckpoint(path, kernel, { ...RUN, recipe }, progress),
        ...(resume ? { resume } : {}),
      });

    const whole = await withKernel(async (kernel) => {
      await kernel.write('parameters', start);
      const { losses } = await run(RECIPE, kernel);
      expect(losses.map(({ step }) => step)).toEqual([5, 10, 12]);
      expect(losses.at(-1)!.validation).toBeLessThan(losses[0]!.validation);
      return { losses, parameters: await kernel.read('parameters') };
    });

    await withKernel(async (kernel) => {
      await kernel.write('parameters', start);
      await train({
        recipe: RECIPE,
        kernel,
        training,
        validation,
        reportEvery: 5,
        report: async (progress) => {
          await saveCheckpoint(path, kernel, RUN, progress);
          throw new Error('stopped');
        },
      }).catch(() => undefined);
    });
    await withKernel(async (kernel) => {
      const resume = await loadCheckpoint(path, kernel, RUN);
      expect(resume).toMatchObject({ step: 5 });
      const { losses } = await run(RECIPE, kernel, resume);
      expect(losses).toEqual(whole.losses);
      expect(await kernel.read('parameters')).toEqual(whole.parameters);
    });
  });

  it('exits with a message on a malformed batch', async () => {
    const batch = batchOf(someExamples(1, randomStream(4)));
    await expect(
      withKernel((kernel) => kernel.loss({ ...batch, tokens: batch.tokens.map(() => 90) })),
    ).rejects.toThrow('the kernel has ended');
  });

  it('can be closed after a signal killed it or when it could not be started', async () => {
    const killed = join(folder, 'killed');
    await writeFile(killed, '#!/bin/sh\nkill -KILL $$\n');
    await chmod(killed, 0o755);
    for (const other of [killed, join(folder, 'none')]) {
      const kernel = new Kernel(other, SHAPE, { threads: 1 });
      await expect(kernel.read('parameters')).rejects.toThrow();
      await kernel.close();
      await kernel.close(); // now that it is certainly over
    }
  });

  it('throws an error that asks for a C compiler when there is none', async () => {
    vi.stubEnv('CC', join(folder, 'no-compiler'));
    try {
      for (const work of [() => compileKernel(join(folder, 'other')), compilerVersion]) {
        await expect(work()).rejects.toMatchObject({
          code: 'ZOSIA_TRAINING_NO_COMPILER',
          message: expect.stringMatching(/^the C compiler .*no-compiler cannot be run$/),
          hint: expect.stringContaining('CC'),
        });
      }
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it('is reported with the first line that its compiler prints for --version', async () => {
    const compiler = join(folder, 'compiler');
    await writeFile(
      compiler,
      '#!/bin/sh\n[ "$*" = --version ] && echo "my cc 7" && echo "No warranty."\n',
    );
    await chmod(compiler, 0o755);
    vi.stubEnv('CC', compiler);
    try {
      expect(await compilerVersion()).toBe('my cc 7');
    } finally {
      vi.unstubAllEnvs();
    }
  });
});
