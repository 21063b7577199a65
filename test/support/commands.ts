import type { Command } from 'commander';
import { loadCommand } from '../../src/cli/lazy-command.js';
import { makeProgram } from '../../src/cli/program.js';

/** The command line with every command loaded, as none is until it is asked for. */
export async function wholeProgram(): Promise<Command> {
  const program = makeProgram({
    signal: new AbortController().signal,
    isDebug: false,
    result: { exitStatus: 0 },
  });
  await loadBelow(program);
  return program;
}

async function loadBelow(command: Command): Promise<void> {
  await loadCommand(command);
  for (const child of command.commands) await loadBelow(child);
}

/** Every command that does something, by its words. */
function commandsBelow(command: Command, words: string[] = []): Map<string, Command> {
  const below = command.commands.flatMap((child) => [
    ...commandsBelow(child, [...words, child.name()]),
  ]);
  return new Map(below.length > 0 ? below : [[words.join(' '), command]]);
}

export const COMMANDS = commandsBelow(await wholeProgram());

/** The words of the commands that have an option. */
export const withOption = (long: string): string[] =>
  [...COMMANDS]
    .filter(([, { options }]) => options.some((option) => option.long === long))
    .map(([words]) => words);
