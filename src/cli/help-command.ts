import type { Command } from 'commander';
import { loadCommand } from './lazy-command.js';

/** `zosia help COMMAND...`; commander's own is silent about a command that there is not. */
export function addHelpCommand(program: Command): void {
  program
    .helpCommand(false)
    .command('help')
    .description('show the help of a command')
    .argument('[command...]', 'its name')
    .action(async (names: string[]) => {
      let command = program;
      for (const name of names) {
        const next = command.commands.find((each) => each.name() === name);
        if (!next) return refuse(command, name);
        command = next;
        await loadCommand(command);
      }
      command.help();
    });
}

/** As commander does of a command that it is to run: with the one that may be meant. Its types leave that out. */
function refuse(command: Command, name: string): never {
  command.args = [name];
  return (command as Command & { unknownCommand(): never }).unknownCommand();
}
