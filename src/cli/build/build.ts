import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { addBuildGuestCommand } from './guest.js';
import { addBuildKernelCommand } from './kernel.js';
import { addBuildLlamaCommand } from './llama.js';

export function addBuildCommand(program: Command, context: CliContext): void {
  const build = program.command('build').description('compile what runs inside the guests');
  addBuildGuestCommand(build, context);
  addBuildKernelCommand(build, context);
  addBuildLlamaCommand(build, context);
}
