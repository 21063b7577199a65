import { Option } from 'commander';
import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { addFetchOptions } from '../options/fetch.js';
import { llamaOption } from '../options/llama.js';
import { addHostOptions, firmwareOption, requireOneOf, serialOption } from '../options/machine.js';
import { keyOption, modelsDirOption, verifyModelOption } from '../options/models.js';
import { isOnCommandLine } from '../variable-option.js';
import { addEfiGgufOptions } from '../options/efi-gguf-options.js';
import { addEfiOptions, addEfiTextOptions } from '../options/efi.js';
import { sourceDateOption } from '../options/source-date.js';
import { baseOption } from '../options/base.js';
import { addLinuxOptions, addPromptOptions } from '../options/linux.js';
import { addWorkersOptions } from '../options/workers.js';
import { addTextOptions } from '../options/text.js';
import type { EfiUpFlags } from './efi.js';
import type { LinuxUpFlags } from './linux.js';

const MACHINES = ['linux', 'efi'] as const;
type Machine = (typeof MACHINES)[number];

type UpFlags = LinuxUpFlags & EfiUpFlags & { machine: Machine };

export function defineUp(command: Command, context: CliContext): void {
  command
    .argument(
      '[model]',
      'a GGUF, a name, or a reference; for efi, a llama2.c checkpoint, too; the built-in zosia-tiny unless given',
    )
    .addOption(
      new Option('--machine <kind>', 'linux runs llama.cpp; efi runs with no operating system')
        .choices(MACHINES)
        .default('linux'),
    );
  addPromptOptions(command);
  const ofLinux = optionsAdded(command, () => {
    addTextOptions(command.optionsGroup('The text, with --machine linux:')).option(
      '--draft <model>',
      'a smaller model of the same family, which proposes tokens for the model to check several at once',
    );
    command.optionsGroup('With --machine linux:');
    addFetchOptions(addLinuxOptions(command).addOption(baseOption())).addOption(llamaOption());
    addWorkersOptions(command);
    command
      .addOption(keyOption())
      .addOption(
        new Option(
          '--json',
          'with --prompt: print the answer, how it ended, and its tokens as JSON',
        ).conflicts('dryRun'),
      );
  });
  const ofEfi = optionsAdded(command, () => {
    command
      .optionsGroup('With --machine efi:')
      .option('--tokenizer <file>', "the checkpoint's tokenizer (.bin)");
    command.addOption(sourceDateOption().hideHelp());
    addEfiTextOptions(command);
    addEfiGgufOptions(command);
    addEfiOptions(command);
  });
  command.optionsGroup('The model:').addOption(verifyModelOption()).addOption(modelsDirOption());
  helpOfEither(ofLinux);
  addHostOptions(command)
    .addOption(firmwareOption())
    .addOption(serialOption().conflicts(['prompt', 'screenshot']))
    .addHelpText(
      'after',
      `
Examples:
  zosia up
  zosia up phi-3.5-mini
  zosia up model.gguf
  zosia up model.gguf --prompt "Why is the sky blue?" -n 100 --temp 0
  zosia up model.gguf --system "You are a pirate." --temp 0.7 --top-p 0.9 --min-p 0.05
  zosia up model.gguf --prompt "Name a city" --json-schema schema.json
  zosia up big.gguf --draft small.gguf
  zosia up model.gguf --arch x86_64 --ram 8192 --smp 6
  zosia up model.gguf --uefi
  zosia up --machine efi model.gguf --ctx 2048
  zosia up --machine efi smollm2-135m --prompt "Why is the sky blue?" -n 100
  zosia up --machine efi stories15M
  zosia up --machine efi stories15M.bin --tokenizer tokenizer.bin
  zosia up --machine efi stories15M.bin --tokenizer tokenizer.bin --prompt "" --temp 0

A model that is named and not on this host is pulled: zosia model list --catalogue tells names, and with
--offline nothing is downloaded.

At the prompt, /poweroff or Ctrl+C ends the machine; Ctrl+C during an answer only stops the answer. With
--prompt only the answer is printed on stdout: what follows the prompt, or what a model with a chat
template says to it as a user's turn. Of a llama2.c checkpoint, -n counts the prompt's tokens, too.
The exit status of a chat is the guest's; with --prompt it is 0, or 1 when the guest failed.`,
    )
    .action(async (model: string | undefined, flags: UpFlags) => {
      refuseOptions(command, flags.machine, flags.machine === 'efi' ? ofLinux : ofEfi);
      requireOneOf(command, '--profiles', ['--profile']);
      requireOneOf(command, '--json', ['--prompt']);
      requireOneOf(command, '--peers', ['--workers']);
      requireOneOf(command, '--tensor-split', ['--workers']);
      if (flags.machine === 'linux') requireOneOf(command, '--firmware', ['--uefi']);
      requireOneOf(command, '--timeout', [
        '--prompt',
        ...(flags.machine === 'efi' ? ['--screenshot'] : []),
      ]);
      if (flags.machine === 'efi') {
        const { upEfi } = await import('./efi.js');
        await upEfi(command, model, flags, context);
      } else {
        const { upLinux } = await import('./linux.js');
        await upLinux(model, flags, context);
      }
    });
}

/** What means the same to both machines, and where help tells of it. */
const OF_EITHER: ReadonlyMap<string | undefined, string> = new Map([
  ['--system', 'The text:'],
  ['--chat-template', 'The text:'],
  ['--top-k', 'The text:'],
  ['--min-p', 'The text:'],
  ['--ctx', 'The text:'],
  ['--offline', 'The model:'],
]);

const isOfEither = ({ long }: Option): boolean => OF_EITHER.has(long);

function helpOfEither(options: readonly Option[]): void {
  for (const option of options.filter(isOfEither)) {
    option.helpGroup(OF_EITHER.get(option.long)!);
    if (option.long !== '--offline') continue;
    option.description = 'download nothing: take models and packages that are here';
  }
}

/** The options that `add` adds. */
function optionsAdded(command: Command, add: () => void): readonly Option[] {
  const before = command.options.length;
  add();
  return command.options.slice(before);
}

/** @throws CommanderError for an option that belongs to another machine */
function refuseOptions(command: Command, machine: Machine, others: readonly Option[]): void {
  const given = others.find(
    (option) => !isOfEither(option) && isOnCommandLine(command, option.attributeName()),
  );
  if (given) command.error(`error: option '${given.flags}' is not for --machine ${machine}`);
}
