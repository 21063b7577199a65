import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { addRunEfiCommand } from './efi.js';
import { addRunLinuxCommand } from './linux.js';

export function addRunCommand(program: Command, context: CliContext): void {
  const run = program
    .command('run')
    .description('boot what has been built, or what you name')
    .usage('[linux] [options] | efi [options]')
    .addHelpText(
      'after',
      `
Without the name of a machine it is linux.

Examples:
  zosia run                                boot artifacts/<arch> with the model disk
  zosia run --prompt "Tell a story"        print one answer and power off
  zosia run efi                            boot the EFI disk; talk, or watch it generate
  zosia run efi --screenshot llama2.png    keep a picture of the firmware's screen`,
    );
  addRunLinuxCommand(run, context);
  addRunEfiCommand(run, context);
}
