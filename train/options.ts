import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ZosiaError } from '../src/errors.js';

export interface TrainingSettings {
  /** The folder of all that is written; an absolute path. */
  readonly out: string;
  readonly stepCount: number;
  readonly threadCount: number;
  /** Steps between two lines of the report. */
  readonly reportEvery: number;
}

/** Where a training writes and an examination reads, unless told. */
export const DEFAULT_FOLDER = fileURLToPath(new URL('../artifacts/zosia-tiny/', import.meta.url));

/**
 * Reads the arguments of `npm run train:tiny`.
 *
 * @throws ZosiaError `ZOSIA_TRAINING_USAGE`
 */
export function trainingSettings(
  args: readonly string[],
  defaults: { readonly stepCount: number; readonly threadCount: number },
): TrainingSettings {
  const { values } = usage(() =>
    parseArgs({
      args: [...args],
      options: {
        out: { type: 'string', default: DEFAULT_FOLDER },
        steps: { type: 'string', default: String(defaults.stepCount) },
        threads: { type: 'string', default: String(defaults.threadCount) },
        'report-every': { type: 'string', default: '100' },
      },
    }),
  );
  return {
    out: resolve(values.out),
    stepCount: wholeNumber('--steps', values.steps, 1),
    threadCount: wholeNumber('--threads', values.threads, 1),
    reportEvery: wholeNumber('--report-every', values['report-every'], 1),
  };
}

/** @throws ZosiaError `ZOSIA_TRAINING_USAGE` for anything but a whole number from `least` */
export function wholeNumber(option: string, text: string, least: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value;
  throw new ZosiaError(
    'ZOSIA_TRAINING_USAGE',
    `${option} is a whole number from ${least}, not "${text}"`,
  );
}

/** What `parse` gives; what it objects to in the arguments becomes an error of usage. */
export function usage<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new ZosiaError('ZOSIA_TRAINING_USAGE', error.message, { cause: error });
  }
}

/** Runs a program of this folder: what its user can mend is said in a line, and a hint. */
export async function run(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof ZosiaError)) throw error;
    process.stderr.write(`error: ${error.message}\n${error.hint ? `hint: ${error.hint}\n` : ''}`);
    process.exitCode = 1;
  }
}
