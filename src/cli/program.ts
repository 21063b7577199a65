import { tmpdir } from 'node:os';
import { Command, Option } from 'commander';
import { addBuildCommand } from './build/build.js';
import { addCatCommand } from './look/cat.js';
import type { CliContext } from './context.js';
import { folders } from './environment.js';
import { addDoctorCommand } from './doctor.js';
import { addExtractCommand } from './look/extract.js';
import { addFetchCommand } from './fetch.js';
import { addHelpCommand, fitHelp, refuseEmpty } from './help.js';
import { addImageCommand } from './image/image.js';
import { addInspectCommand } from './look/inspect.js';
import { addLsCommand } from './look/ls.js';
import { addModelCommand } from './model.js';
import { addPerfCommand } from './perf/perf.js';
import { addRunCommand } from './run/run.js';
import { addUpCommand } from './up/up.js';
import { addVerifyCommand } from './look/verify.js';
import { applyVariables } from './variable-option.js';
import { zosiaVersion } from '../recipes/version.js';

/** The whole command line. Each command loads what it needs when it runs, so that `--help` is instant. */
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
  for (const add of [
    addUpCommand,
    addFetchCommand,
    addBuildCommand,
    addImageCommand,
    addRunCommand,
    addInspectCommand,
    addLsCommand,
    addCatCommand,
    addExtractCommand,
    addVerifyCommand,
    addModelCommand,
    addPerfCommand,
    addDoctorCommand,
  ]) {
    add(program, context);
  }
  addHelpCommand(program);
  program.hook('preAction', (_, command) => {
    context.result.command = command;
    applyVariables(command);
  });
  // Whatever the last run was: what it left when it was killed is gone after this one.
  program.hook('preAction', sweepUsualFolders);
  settle(program, 'zosia');
  return program;
}

async function sweepUsualFolders(): Promise<void> {
  const [{ cacheFolders }, { sweepOnce }] = await Promise.all([
    import('../artifacts/cache.js'),
    import('../host/temporary.js'),
  ]);
  for (const folder of [tmpdir(), ...cacheFolders(folders().cacheDirectory)])
    await sweepOnce(folder);
}

/** Gives a command and all below it what commander does not hand down to commands made earlier. */
function settle(command: Command, path: string): void {
  const lists =
    command.commands.length > 0 ? 'lists its commands' : 'shows its arguments and options';
  command
    .exitOverride()
    .showHelpAfterError(`(${path} --help ${lists})`)
    // A command may have an option of the same name as one above it.
    .enablePositionalOptions();
  if (!command.options.some(({ long }) => long === '--debug')) {
    command.addOption(new Option('--debug').hideHelp());
  }
  fitHelp(command);
  for (const option of command.options) refuseEmpty(option);
  for (const child of command.commands) settle(child, `${path} ${child.name()}`);
}
