import type { Command } from 'commander';
import { makeProgram } from '../../src/cli/program.js';

/** Every command that does something, by its words. */
function commandsBelow(command: Command, words: string[] = []): Map<string, Command> {
  const below = command.commands.flatMap((child) => [
    ...commandsBelow(child, [...words, child.name()]),
  ]);
  return new Map(below.length > 0 ? below : [[words.join(' '), command]]);
}

export const COMMANDS = commandsBelow(
  makeProgram({ signal: new AbortController().signal, result: { exitStatus: 0 } }),
);
/** The words of the commands that have an option. */
export const withOption = (long: string): string[] =>
  [...COMMANDS]
    .filter(([, { options }]) => options.some((option) => option.long === long))
    .map(([words]) => words);
