import type { Command } from 'commander';
import type { CliContext } from './context.js';
import { addMachineOptions, machineOptions, runRequest } from './machine-options.js';
import type { MachineFlags } from './machine-options.js';
import { chosenArchitecture, wholeNumber } from './options.js';
import { say, warn } from './output.js';
import { startProgress } from './progress.js';
import { defaultPlaces } from '../recipes/places.js';

interface UpFlags extends MachineFlags {
  ctx?: number;
  frozen?: true;
  offline?: true;
}

export function addUpCommand(program: Command, context: CliContext): void {
  const command = program
    .command('up')
    .description('fetch what is missing, build, boot, talk')
    .argument('[model]', 'a GGUF file, or the name of one in models/');
  addMachineOptions(command)
    .option(
      '-c, --ctx <n>',
      'length of the context in tokens; up to 4096 unless given',
      wholeNumber(1),
    )
    .option('--frozen', 'fail when a pinned version is gone, instead of using a newer one')
    .option('--offline', 'use the cache alone')
    .addHelpText(
      'after',
      `
Examples:
  zosia up model.gguf
  zosia up model.gguf --prompt "Why is the sky blue?" -n 100 --temp 0
  zosia up model.gguf --arch x86_64 --ram 8192 --smp 6

At the prompt, /poweroff or Ctrl+C ends the machine; Ctrl+C during an answer only stops the answer.
With --prompt a model with a chat template gets the text as a user's turn, one without completes it; only
the answer is printed on stdout. The exit status is 0, or 1 when the guest failed.
A name in parentheses is a variable that the option wins over.`,
    )
    .action(async (model: string | undefined, flags: UpFlags) => {
      const [{ prepareMachine }, { startMachine }] = await Promise.all([
        import('../up.js'),
        import('./start-machine.js'),
      ]);
      const progress = await startProgress();
      const { spec, llamaArgs } = await prepareMachine({
        arch: chosenArchitecture(flags.arch),
        model,
        places: defaultPlaces(),
        machine: machineOptions(flags),
        ...(flags.ctx === undefined ? {} : { contextTokens: flags.ctx }),
        frozen: flags.frozen ?? false,
        offline: flags.offline ?? false,
        signal: context.signal,
        warn,
        log: say,
        onProgress: ({ name, receivedBytes, sizeBytes }) => {
          progress.update(name, receivedBytes, sizeBytes);
        },
      }).finally(() => {
        progress.stop();
      });
      await startMachine(spec, runRequest(flags, llamaArgs), flags, context);
    });
}
