import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileKernel } from '../src/compiler.js';
import { Kernel } from '../src/kernel.js';
import type { Batch } from '../src/kernel.js';
import { initialParameters, tensorsOf } from '../src/model/shape.js';
import type { ModelShape } from '../src/model/shape.js';
import { randomStream } from '../src/random.js';

/** Odd sizes, so that no tile of a product is whole; two query heads share a key head. */
const SHAPE: ModelShape = {
  dim: 24,
  hiddenDim: 37,
  layerCount: 2,
  headCount: 4,
  kvHeadCount: 2,
  vocabularySize: 51,
  contextLength: 80,
};

const DIFFERENCE = 1e-5;

function randomBatch(seed: number): Batch {
  const random = randomStream(seed, 'batch');
  const lengths = Int32Array.of(70, 1, 9, 33); // one longer than the block of queries
  const rows = lengths.reduce((sum, length) => sum + length, 0);
  const token = (): number => random.below(SHAPE.vocabularySize);
  return {
    lengths,
    tokens: Int32Array.from({ length: rows }, token),
    targets: Int32Array.from({ length: rows }, token),
    weights: Float32Array.from({ length: rows }, () =>
      random.chance(0.7) ? random.unit() / rows : 0,
    ),
  };
}

/** Larger than one would start with: attention and gates then do not lie near their linear parts. */
function lively(seed: number): Float64Array {
  const random = randomStream(seed, 'parameters');
  return Float64Array.from(
    initialParameters(SHAPE, random),
    (value) => 4 * value + 0.1 * random.normal(),
  );
}

describe('the kernel in double precision', () => {
  let folder: string;
  let program: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'zosia-'));
    program = join(folder, 'kernel');
    await compileKernel(program, 'double');
  });
  afterAll(() => rm(folder, { recursive: true }));

  it.each([1, 3])(
    'computes the gradient that finite differences of the loss give, %i threads',
    async (threads) => {
      const kernel = new Kernel(program, SHAPE, { threads, precision: 'double' });
      const batch = randomBatch(threads);
      const parameters = lively(threads);
      await kernel.write('parameters', parameters);
      const loss = await kernel.gradient(batch);
      expect(await kernel.loss(batch)).toBeCloseTo(loss, 10);
      const gradient = await kernel.read('gradient');

      const lossWith = async (at: number, value: number): Promise<number> => {
        const changed = Float64Array.from(parameters);
        changed[at] = value;
        await kernel.write('parameters', changed);
        return kernel.loss(batch);
      };
      const random = randomStream(threads, 'places');
      for (const { name, offset, rows, columns } of tensorsOf(SHAPE)) {
        for (let i = 0; i < 6; i++) {
          const at = offset + random.below(rows * columns);
          const more = await lossWith(at, parameters[at]! + DIFFERENCE);
          const less = await lossWith(at, parameters[at]! - DIFFERENCE);
          const slope = (more - less) / (2 * DIFFERENCE);
          expect(Math.abs(gradient[at]! - slope), `${name}[${at - offset}]: ${slope}`).toBeLessThan(
            1e-7 + 1e-6 * Math.abs(slope),
          );
        }
      }
      await kernel.close();
    },
  );
});
