import { execa } from 'execa';

/** How a command of a service manager ended. */
export interface CommandEnd {
  readonly succeeded: boolean;
  /** What it printed, both to its output and as errors. */
  readonly output: string;
}

export type RunCommand = (argv: readonly [string, ...string[]]) => Promise<CommandEnd>;

/** A manager that does not answer is not waited for any longer: longer than any service may take to end. */
const TIMEOUT_MS = 60_000;

/** Runs a command to its end; one that is not there has not succeeded. */
export const runCommand: RunCommand = async ([program, ...args]) => {
  const { failed, all, shortMessage } = await execa(program, args, {
    reject: false,
    all: true,
    stdin: 'ignore',
    // What it says is read.
    env: { LC_ALL: 'C' },
    timeout: TIMEOUT_MS,
  });
  return { succeeded: !failed, output: all.trim() || (failed ? (shortMessage ?? '') : '') };
};
