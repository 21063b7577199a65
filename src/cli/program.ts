import { tmpdir } from 'node:os';
import { Command } from 'commander';
import type { CliContext } from './context.js';
import { folders } from './environment.js';
import { addHelpCommand } from './help-command.js';
import { COMMANDS } from './commands.js';
import { addCommands, settle } from './lazy-command.js';
import { applyVariables } from './variable-option.js';
import { zosiaVersion } from '../recipes/version.js';

/**
 * The command line. Each command is loaded when it is asked for, and loads what it needs when it runs, so that
 * `--help` is instant.
 */
export function makeProgram(context: CliContext): Command {
  const program = new Command('zosia')
    .description('Boots a machine straight into a language model.')
    .version(zosiaVersion(), '-V, --version')
    .option('--debug', 'on an error, also print where it arose')
    .addHelpText(
      'after',
      `
Examples:
  zosia up model.gguf                         boot into a prompt; /poweroff or Ctrl+C ends it
  zosia up model.gguf --prompt "Tell a story" print one answer and power off
  zosia up --machine efi stories15M.bin --tokenizer tokenizer.bin
                                              the same with no operating system
  zosia perf run model.gguf                   measure tokens per second
  zosia model convert stories260K.bin --tokenizer tok512.bin --out stories260K.gguf
  zosia image model model.gguf --format raw   write the model disk as a plain ext4 image
  zosia doctor --install                      install what this host lacks

Results go to stdout, everything else to stderr. Exit status: 0 done, 1 failed, 2 wrong usage.`,
    );
  addCommands(program, context, COMMANDS);
  addHelpCommand(program);
  program.hook('preAction', (_, command) => {
    context.result.command = command;
    applyVariables(command);
  });
  // Whatever the last run was: what it left when it was killed is gone after this one.
  program.hook('preAction', sweepUsualFolders);
  settle(program);
  return program;
}

async function sweepUsualFolders(): Promise<void> {
  const [{ cacheFolders }, { sweepOnce }] = await Promise.all([
    import('../artifacts/cache.js'),
    import('../host/temporary.js'),
  ]);
  const usual = [tmpdir(), ...cacheFolders(folders().cacheDirectory)];
  await Promise.all(usual.map(sweepOnce));
}
