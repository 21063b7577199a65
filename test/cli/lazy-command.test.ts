import { CommanderError, Help } from 'commander';
import type { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LazyCommand } from '../../src/cli/lazy-command.js';
import { makeProgram } from '../../src/cli/program.js';
import { wholeProgram } from '../support/commands.js';

function lazyBelow(command: Command): LazyCommand[] {
  const own = command instanceof LazyCommand ? [command] : [];
  return [...own, ...command.commands.flatMap(lazyBelow)];
}

/** The names of the commands that are loaded. */
const loaded = (program: Command): string[] =>
  lazyBelow(program)
    .filter(({ options }) => options.length > 0)
    .map((command) => command.name());

/** A program after it has run a command line that prints help, or is wrong. */
async function afterHelp(...args: string[]): Promise<Command> {
  const program = makeProgram({
    signal: new AbortController().signal,
    isDebug: false,
    result: { exitStatus: 0 },
  });
  const parsed = program.parseAsync(args, { from: 'user' });
  await expect(parsed).rejects.toThrow(CommanderError);
  return program;
}

describe('a command', () => {
  beforeEach(() => {
    for (const stream of [process.stdout, process.stderr]) {
      vi.spyOn(stream, 'write').mockReturnValue(true);
    }
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('is listed with the arguments that it takes once it is loaded', async () => {
    const commands = lazyBelow(await wholeProgram());
    expect(commands.length).toBeGreaterThan(20);
    for (const command of commands) expect(command.term).toBe(new Help().subcommandTerm(command));
  });

  it.each([
    [['--help'], []],
    [['help'], []],
    [['image', '--help'], ['image']],
    [
      ['image', 'model', '--help'],
      ['image', 'model'],
    ],
    [
      ['help', 'perf', 'run'],
      ['perf', 'run'],
    ],
    [['ls', '--help'], ['ls']],
    // Without the name of a machine it is linux.
    [
      ['run', '--ram', 'none'],
      ['run', 'linux'],
    ],
  ])('is loaded when it is asked for, and no other: %j', async (args, expected) => {
    expect(loaded(await afterHelp(...args))).toEqual(expected);
  });
});
