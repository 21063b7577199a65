import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { ZosiaError } from 'zosia';

export interface TrainingSettings {
  readonly steps: number;
  readonly threads: number;
  /** Steps from one line of the report to the next. */
  readonly reportEvery: number;
  /** The folder of all that is written; an absolute path. */
  readonly out: string;
}

/** Where a training writes and an examination reads, unless told. */
export const DEFAULT_FOLDER = fileURLToPath(new URL('../../artifacts/zosia-tiny', import.meta.url));

/** The same as the help names it. */
export const SHOWN_DEFAULT_FOLDER = 'artifacts/zosia-tiny';

/** The command line of `npm run train:tiny`. */
export function trainingCommand(
  defaults: { readonly steps: number; readonly threads: number },
  work: (settings: TrainingSettings) => Promise<void>,
): Command {
  return makeCommand('npm run train:tiny --')
    .description(
      'Makes zosia-tiny from nothing but a seed: writes its text, learns the vocabulary, trains the weights.',
    )
    .option('--steps <n>', 'updates of the weights', wholeNumber(1), defaults.steps)
    .option('--threads <n>', 'threads that share each step', wholeNumber(1), defaults.threads)
    .option('--report-every <n>', 'steps between reports and checkpoints', wholeNumber(1), 100)
    .addOption(
      new Option('--out <folder>', 'where everything is written')
        .argParser((folder) => resolve(folder))
        .default(DEFAULT_FOLDER, SHOWN_DEFAULT_FOLDER),
    )
    .addHelpText(
      'after',
      `
It needs a C compiler (CC, or cc). All ${defaults.steps} steps took 16 minutes on two
processors with a matrix unit (AMX); without one they take a few times as long.
Each report says how many minutes are left. Ctrl+C stops; the same command goes
on after the last checkpoint.

In the folder will be:
  zosia-tiny.bin, tokenizer.bin  the model, as llama2.c has models
  training.json, loss.svg        what it was made from, and how it went
  state                          the last checkpoint
models/zosia-tiny/README.md says how they become the GGUF that is built in.`,
    )
    .action(work);
}

/** A command whose mistakes are told with all of its options. */
export function makeCommand(name: string): Command {
  return new Command(name).usage('[options]').exitOverride().showHelpAfterError();
}

/** Parses an option's value as a whole number of at least `least`. */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`Give a whole number of at least ${least}.`);
  };
}

/** Runs a program of this folder: what its user can mend is said in a line, and a hint. */
export async function run(command: Command): Promise<void> {
  try {
    await command.parseAsync();
  } catch (error) {
    if (error instanceof CommanderError)
      process.exitCode = error.exitCode; // it has been said
    else if (error instanceof ZosiaError) {
      process.stderr.write(`error: ${error.message}\n${error.hint ? `hint: ${error.hint}\n` : ''}`);
      process.exitCode = 1;
    } else throw error;
  }
}
