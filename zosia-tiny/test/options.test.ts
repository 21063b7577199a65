import { join, resolve } from 'node:path';
import type { CommanderError } from 'commander';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { DEFAULT_FOLDER, trainingCommand } from '../src/options.js';
import type { TrainingSettings } from '../src/options.js';
import { ZOSIA_TINY } from '../src/recipe.js';

interface Outcome {
  readonly settings?: TrainingSettings;
  readonly error?: CommanderError;
  /** What was said to whoever made a mistake. */
  readonly said: string;
}

async function parse(...args: string[]): Promise<Outcome> {
  let settings: TrainingSettings | undefined;
  let said = '';
  const work = (chosen: TrainingSettings): Promise<void> => {
    settings = chosen;
    return Promise.resolve();
  };
  const command = trainingCommand({ steps: 70, threads: 2 }, work).configureOutput({
    writeErr: (text) => (said += text),
  });
  try {
    await command.parseAsync(args, { from: 'user' });
  } catch (error) {
    return { error: error as CommanderError, said };
  }
  return { ...(settings ? { settings } : {}), said };
}

/** Runs a program of the workspace as a user does. */
async function program(
  name: string,
  ...args: string[]
): Promise<{ exitCode: number | undefined; stdout: string; stderr: string }> {
  const { exitCode, stdout, stderr } = await execa(
    process.execPath,
    ['--import', 'tsx', `zosia-tiny/src/${name}.ts`, ...args],
    { cwd: join(import.meta.dirname, '../..'), reject: false },
  );
  return { exitCode, stdout, stderr };
}

const OPTIONS = ['--steps', '--threads', '--report-every', '--out'];

describe('the options of train:tiny', () => {
  it('have defaults', async () => {
    const { settings } = await parse();
    expect(settings).toEqual({ out: DEFAULT_FOLDER, steps: 70, threads: 2, reportEvery: 100 });
  });

  it('take the given values', async () => {
    const args = ['--out', 'here', '--steps', '1', '--threads=8', '--report-every', '20'];
    const { settings } = await parse(...args);
    expect(settings).toEqual({ out: resolve('here'), steps: 1, threads: 8, reportEvery: 20 });
  });

  it.each(OPTIONS.slice(0, 3))('%s accepts only whole numbers from 1', async (option) => {
    for (const value of ['0', '1.5', 'many', '', ' 7', '1e3', '-1', '9'.repeat(17)]) {
      const { error, said } = await parse(`${option}=${value}`);
      expect(error).toMatchObject({ code: 'commander.invalidArgument' });
      expect(said).toContain(`argument '${value}' is invalid. Give a whole number of at least 1.`);
    }
  });

  it('are complete, and all are listed in the error for an unknown one', async () => {
    for (const args of [['--step', '7'], ['7'], ['--steps']]) {
      const { error, said } = await parse(...args);
      expect(error?.exitCode).toBe(1);
      for (const option of OPTIONS) expect(said).toContain(`${option} <`);
    }
  });
});

describe('the programs of zosia-tiny', () => {
  it.each([
    ['main', [...OPTIONS, `(default: ${ZOSIA_TINY.stepCount})`, '16 minutes', 'zosia-tiny.bin']],
    ['examine', ['--questions <file>', '--no-sums', '--stories <n>', '(default: 3)', 'minutes']],
  ])('%s --help explains what the program does', async (name, lessons) => {
    const { exitCode, stdout, stderr } = await program(name, '--help');
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    for (const lesson of [...lessons, 'artifacts/zosia-tiny']) expect(stdout).toContain(lesson);
  });

  it('lists the options after an unknown one', async () => {
    const { exitCode, stdout, stderr } = await program('examine', '--storys');
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toMatch(/^error: unknown option '--storys'\n/);
    expect(stderr).toContain('--stories <n>');
  });

  it('examine names the training command when there is no trained model', async () => {
    const { exitCode, stderr } = await program('examine', 'NOWHERE');
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: expect.stringMatching(/^error: .*NOWHERE.*\nhint: Train first: npm run train:tiny$/),
    });
  });
});
