import { CommanderError } from 'commander';
import { describe, expect, it } from 'vitest';
import type { Command } from 'commander';
import { zosia } from '../support/cli.js';
import { wholeProgram } from '../support/commands.js';

/** The whole command line, and what it wrote to stderr. */
async function quietProgram(): Promise<{ program: Command; written: () => string }> {
  let text = '';
  const program = await wholeProgram();
  for (const command of withDescendants(program)) {
    command.configureOutput({ writeErr: (more) => (text += more) });
  }
  return { program, written: () => text };
}

function withDescendants(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withDescendants)];
}

describe('ZOSIA_DEBUG', () => {
  it.each([
    [undefined, 1, 0],
    ['0', 1, 0],
    ['1', 1, 1],
    ['yes', 2, 0],
  ])('%j exits with %i, with %i stack traces', async (value, status, traceCount) => {
    const env = value === undefined ? {} : { ZOSIA_DEBUG: value };
    const { stderr, exitCode } = await zosia(['ls', 'gone.img'], { env });
    expect(exitCode).toBe(status);
    expect(stderr.match(/^ {4}at /m) ?? []).toHaveLength(traceCount);
    if (value === 'yes')
      expect(stderr).toBe('error: ZOSIA_DEBUG cannot be yes\nhint:  Give 1 or 0.\n');
  });
});

describe('wrong usage', () => {
  it.each([
    [['frobnicate'], '(zosia --help lists its commands)'],
    [['--frobnicate'], '(zosia --help lists its commands)'],
    [['image', 'frobnicate'], '(zosia image --help lists its commands)'],
    [
      ['image', 'model', 'x', '--format', 'y'],
      '(zosia image model --help shows its arguments and options)',
    ],
    [['model', 'convert'], '(zosia model convert --help shows its arguments and options)'],
    [['up', '--timeout', '0'], '(zosia up --help shows its arguments and options)'],
    [['doctor', '--frobnicate'], '(zosia doctor --help shows its arguments and options)'],
  ])('%j prints the help page of the command concerned', async (args, hint) => {
    const { program, written } = await quietProgram();
    await expect(program.parseAsync(args, { from: 'user' })).rejects.toThrow(CommanderError);
    expect(written().trimEnd().split('\n').at(-1)).toBe(hint);
  });

  it('throws an error instead of ending the process, for every command', async () => {
    for (const { commands, name } of named((await quietProgram()).program, [])) {
      if (commands.length > 0) continue;
      const { program, written } = await quietProgram();
      const parsed = program.parseAsync([...name, '--frobnicate'], { from: 'user' });
      await expect(parsed).rejects.toThrow(CommanderError);
      expect(written()).toContain(`(zosia ${name.join(' ')} --help `);
    }
  });
});

function named(
  command: Command,
  name: readonly string[],
): { commands: readonly Command[]; name: readonly string[] }[] {
  const below = command.commands.flatMap((child) => named(child, [...name, child.name()]));
  return [{ commands: command.commands, name }, ...below];
}
