import { open } from 'node:fs/promises';
import { makeOutput } from '../host/output-file.js';
import { buildFailed } from './build-failure.js';
import type { Builder, RunOptions } from './builder.js';
import type { BuildPurpose } from './required-tools.js';

export interface LoggedBuild {
  readonly builder: Builder;
  /** What is built, for messages: "the kernel for x86_64". */
  readonly what: string;
  /** What the doctor calls a host that can build it. */
  readonly purpose: BuildPurpose;
  /** Gets all that the steps print; what was there is gone. */
  readonly logPath: string;
  /** Of every step's environment. */
  readonly env?: RunOptions['env'];
  /** Takes each line as it comes: it may tell how far the build is. */
  readonly onLine?: ((line: string) => void) | undefined;
  /** The first line of what was printed that says why a step failed. */
  readonly firstError: (log: string) => string | undefined;
}

/**
 * Runs a program to its end. Its output goes to the log.
 *
 * @throws ZosiaError as `buildFailed` when it fails
 */
export type RunStep = (
  program: string,
  args: readonly string[],
  options?: Pick<RunOptions, 'cwd' | 'env'>,
) => Promise<void>;

/**
 * Runs `use` with what runs the steps of a build, one after the other, and keeps one log of all of them.
 *
 * @throws ZosiaError as `makeOutput` for the log, which may fill the disk; whatever `use` throws
 */
export async function withLoggedRun<T>(
  build: LoggedBuild,
  use: (run: RunStep) => Promise<T>,
): Promise<T> {
  const { builder, what, purpose, logPath, firstError } = build;
  const log = await makeOutput(logPath, () => open(logPath, 'w'));
  let text = '';
  const onLine = async (line: string): Promise<void> => {
    await makeOutput(logPath, () => log.write(`${line}\n`));
    text += `${line}\n`;
    build.onLine?.(line);
  };
  const run: RunStep = async (program, args, { cwd, env } = {}) => {
    const options = { cwd, env: { ...build.env, ...env }, onLine };
    const { failed, reason } = await builder.run(program, args, options);
    if (!failed) return;
    throw buildFailed(builder, {
      what,
      error: (firstError(text) ?? reason ?? '').trim(),
      output: text,
      hint: `The whole log is ${logPath}. zosia doctor --for ${purpose} says whether something is missing.`,
    });
  };
  try {
    return await use(run);
  } finally {
    await log.close();
  }
}
