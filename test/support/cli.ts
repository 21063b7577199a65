import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

/** The built command line: `npm test` and the benchmarks build it first. */
export const CLI = fileURLToPath(new URL('../../dist/bin/main.js', import.meta.url));

export interface CliOptions {
  readonly cwd?: string;
  readonly env?: Record<string, string>;
  readonly input?: string;
  readonly cancelSignal?: AbortSignal;
}

/** Runs `zosia` as a user would, and gives what it printed and its exit status. */
export async function zosia(
  args: readonly string[],
  options: CliOptions = {},
): Promise<{ stdout: string; stderr: string; exitCode: number | undefined }> {
  const { cwd, env, input, cancelSignal } = options;
  const { stdout, stderr, exitCode } = await execa(process.execPath, [CLI, ...args], {
    reject: false,
    stripFinalNewline: false,
    ...(cwd === undefined ? {} : { cwd }),
    ...(env === undefined ? {} : { env }),
    ...(input === undefined ? { stdin: 'ignore' } : { input }),
    ...(cancelSignal === undefined ? {} : { cancelSignal }),
  });
  return { stdout, stderr, exitCode };
}
