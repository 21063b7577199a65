import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DEFAULT_FOLDER, trainingSettings } from '../../train/options.js';

const settings = (...args: string[]): ReturnType<typeof trainingSettings> =>
  trainingSettings(args, { stepCount: 70, threadCount: 2 });

describe('the options of train:tiny', () => {
  it('have defaults', () => {
    expect(settings()).toEqual({
      ...{ out: resolve(DEFAULT_FOLDER), stepCount: 70, threadCount: 2, reportEvery: 100 },
    });
  });

  it('are what is given', () => {
    const args = ['--out', 'here', '--steps', '1', '--threads=8', '--report-every', '20'];
    expect(settings(...args)).toEqual({
      ...{ out: resolve('here'), stepCount: 1, threadCount: 8, reportEvery: 20 },
    });
  });

  it.each(['--steps', '--threads', '--report-every'])('%s is a whole number from 1', (option) => {
    for (const value of ['0', '1.5', 'many', '', ' 7', '1e3', '-1', '9'.repeat(17)]) {
      expect(() => settings(`${option}=${value}`)).toThrow(
        expect.objectContaining({
          code: 'ZOSIA_TRAINING_USAGE',
          message: `${option} is a whole number from 1, not "${value}"`,
        }),
      );
    }
  });

  it('are all there are', () => {
    for (const args of [['--step', '7'], ['7'], ['--steps']]) {
      expect(() => settings(...args)).toThrow(
        expect.objectContaining({ code: 'ZOSIA_TRAINING_USAGE' }),
      );
    }
  });
});
