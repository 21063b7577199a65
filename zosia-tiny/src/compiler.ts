import { readdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ExecaError, execa } from 'execa';
import { ZosiaError } from 'zosia';

const SOURCE_DIRECTORY = fileURLToPath(new URL('kernel/', import.meta.url));

export type Precision = 'float' | 'double';

/**
 * Compiles the kernel with the host's C compiler (`CC`, else `cc`) for the host's own processor.
 *
 * @param path the program to write
 * @throws ZosiaError `ZOSIA_TRAINING_NO_COMPILER`
 */
export async function compileKernel(path: string, precision: Precision = 'float'): Promise<void> {
  const sources = (await readdir(SOURCE_DIRECTORY)).filter((name) => name.endsWith('.c')).sort();
  const native = process.arch === 'x64' ? '-march=native' : '-mcpu=native';
  const optimisation = [
    '-O3',
    native,
    '-ffast-math',
    ...(precision === 'double' ? ['-DDOUBLE'] : []),
  ];
  const language = ['-std=c11', '-D_GNU_SOURCE', '-Wall', '-Wextra', '-pthread'];
  await compile([...language, ...optimisation, '-o', resolve(path), ...sources, '-lm']);
}

/**
 * Which compiler that is: the first line of what it says to `--version`.
 *
 * @throws ZosiaError `ZOSIA_TRAINING_NO_COMPILER`
 */
export async function compilerVersion(): Promise<string> {
  const [line = ''] = (await compile(['--version'])).split('\n');
  return line;
}

/** Runs the compiler, and returns what it prints. */
async function compile(args: readonly string[]): Promise<string> {
  const compiler = process.env['CC'] ?? 'cc';
  try {
    return (await execa(compiler, args, { cwd: SOURCE_DIRECTORY })).stdout;
  } catch (error) {
    throw compilerError(compiler, error);
  }
}

function compilerError(compiler: string, cause: unknown): ZosiaError {
  const output = cause instanceof ExecaError ? String(cause.stderr) : '';
  const [first] = output.split('\n').filter((line) => line.includes('error'));
  return new ZosiaError(
    'ZOSIA_TRAINING_NO_COMPILER',
    output === ''
      ? `the C compiler ${compiler} cannot be run`
      : `the C compiler ${compiler} does not compile zosia-tiny/src/kernel: ${first ?? output.trim()}`,
    {
      hint: 'Install one (Debian: apt install gcc libc6-dev, macOS: xcode-select --install), or name another in CC.',
      cause,
    },
  );
}
