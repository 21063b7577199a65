import { describe, expect, it } from 'vitest';
import { accessBytes, readCheckpoint } from 'zosia';
import { initialParameters, parameterCount, tensorsOf } from '../src/model/shape.js';
import { lossCurve } from '../src/plot.js';
import { randomStream } from '../src/random.js';
import { ZOSIA_TINY } from '../src/recipe.js';
import { trainingReport } from '../src/training-report.js';
import { checkpointBytes } from './support/checkpoint-bytes.js';

const { shape } = ZOSIA_TINY;

describe('zosia-tiny', () => {
  it('has 1,468,032 parameters, in rows that Q8_0 can hold', () => {
    expect(parameterCount(shape)).toBe(1_468_032);
    for (const { columns } of tensorsOf(shape)) expect(columns % 32).toBe(0);
  });
});

describe('the checkpoint', () => {
  it('is a legacy llama2.c checkpoint with every tensor at its offset', async () => {
    const parameters = initialParameters(shape, randomStream(1));
    const bytes = await checkpointBytes(shape, parameters);
    const { version, config, tensors } = await readCheckpoint(accessBytes(bytes));
    expect(version).toBe(0);
    expect(config).toMatchObject({ ...shape, sharedClassifier: true });

    const floats = new Float32Array(bytes.buffer, 28);
    const firstOf = (name: string): number =>
      (tensors.find((tensor) => tensor.name === name)!.offset - 28) / 4;
    for (const { name, offset, rows, columns } of tensorsOf(shape)) {
      const [tensor, layer = '0'] = name.split('.');
      const start = firstOf(tensor!) + Number(layer) * rows * columns;
      expect(floats.subarray(start, start + 5), name).toEqual(
        parameters.subarray(offset, offset + 5),
      );
    }
    const ropeTables = floats.subarray(firstOf('ropeCosines'));
    expect(ropeTables).toHaveLength((shape.contextLength * shape.dim) / shape.headCount);
    expect(ropeTables.every((value) => value === 0)).toBe(true);
  });
});

describe('the loss curve', () => {
  const losses = [
    { step: 100, training: 4, validation: 3 },
    { step: 200, training: 1, validation: 0.5 },
  ];
  /** Of both lines, the heights of their points; downwards, as in any picture. */
  const heights = (svg: string): number[][] =>
    [...svg.matchAll(/<polyline[^>]*points="([^"]*)"/g)].map(([, points]) =>
      points!.split(' ').map((point) => Number(point.split(',')[1])),
    );

  it('falls as the losses do, on a logarithmic scale', () => {
    const [training, validation] = heights(lossCurve(losses)) as [number[], number[]];
    expect(training[0]).toBeLessThan(validation[0]!);
    expect(validation[0]).toBeLessThan(training[1]!);
    const perRatio = (training[1]! - training[0]!) / Math.log(4);
    expect((validation[1]! - validation[0]!) / Math.log(6)).toBeCloseTo(perRatio, 0);
  });

  it('can be drawn of a single point', () => {
    expect(lossCurve(losses.slice(0, 1))).not.toContain('NaN');
  });

  it('is accompanied by a report of the run', () => {
    const recipe = { ...ZOSIA_TINY, documentCount: 200_000 };
    const progress = {
      step: 200,
      tokens: 5000,
      seconds: 120,
      losses,
      position: { epoch: 1, taken: 100_000 },
    };
    const arithmetic = { threadCount: 3, compiler: 'cc 1' };
    const training = { recipe, arithmetic, corpusTokens: 9000, corpusSha256: 'abc', progress };
    expect(JSON.parse(trainingReport(training))).toMatchObject({
      recipe,
      arithmetic,
      parameters: 1_468_032,
      corpusTokens: 9000,
      corpusSha256: 'abc',
      steps: 200,
      epochs: 1.5,
      minutes: 2,
      heldOutPerplexity: expect.closeTo(Math.exp(0.5), 3),
    });
  });
});
