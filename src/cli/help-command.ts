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
        if (!next) return command.error(`error: unknown command '${name}'`);
        command = next;
        await loadCommand(command);
      }
      command.help();
    });
}
