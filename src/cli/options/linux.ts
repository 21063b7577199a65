import type { Command, Option } from 'commander';
import { ZosiaError } from '../../errors.js';
import { SEED_OPTION, TOP_P_OPTION, efiSettingOption } from './efi-settings.js';
import { kernelOption } from './kernel.js';
import { hostOptions } from './machine.js';
import type { HostFlags } from './machine.js';
import { textArguments } from './text.js';
import type { TextFlags } from './text.js';
import { addSnapshotOptions, sessionOption } from './snapshot.js';
import type { SessionFlags, SnapshotFlags } from './snapshot.js';
import { noColour } from '../output/output.js';
import { variableOption, variableSwitch } from '../variable-option.js';
import { variable } from '../environment.js';
import {
  temperature,
  timeoutSeconds,
  WAIT_DESCRIPTION,
  waitPolicy,
  wholeNumber,
} from './values.js';
import type { LinuxMachineOptions, RunRequest, WaitPolicy } from '../../machine/machine.js';

/** Files that a machine boots from besides a kernel. */
export interface ImageFlags {
  initrd?: string | undefined;
  disk?: string | undefined;
}

/** Options of every command that starts a machine with a Linux guest. */
export interface LinuxFlags extends HostFlags, SnapshotFlags, SessionFlags, TextFlags {
  kernel?: string | undefined;
  append?: string | undefined;
  uefi?: boolean | undefined;
  firmware?: string | undefined;
  profile?: string | undefined;
  profiles?: string | undefined;
  threads?: number | undefined;
  wait?: WaitPolicy | undefined;
  ctx?: number | undefined;
  prompt?: string | undefined;
  tokens?: number | undefined;
  temp?: number | undefined;
  seed?: bigint | undefined;
  timeout?: number | undefined;
  json?: true | undefined;
}

/** What all machines are asked, as far as it means the same to all of them. */
export function addPromptOptions(command: Command): Command {
  return command
    .optionsGroup('The text:')
    .option('--prompt <text>', 'answer this on stdout, and power off')
    .option('-n, --tokens <n>', 'at most this many tokens', wholeNumber(1))
    .option(
      '--temp <t>',
      'temperature of sampling; 0 always takes the likeliest token',
      temperature,
    )
    .addOption(efiSettingOption(...TOP_P_OPTION))
    .addOption(efiSettingOption(...SEED_OPTION))
    .addOption(
      variableOption(
        '--timeout <s>',
        'with --prompt: give up after this many seconds',
        'TIMEOUT_SECS',
        timeoutSeconds,
      ),
    );
}

export const appendOption = (): Option =>
  variableOption('--append <text>', 'added to the kernel command line', 'APPEND_EXTRA');

/** Other files than those that zosia wrote last. */
export function addImageOptions(command: Command): Command {
  return command
    .addOption(variableOption('--initrd <file>', 'another initramfs', 'INITRD_IMAGE'))
    .addOption(
      variableOption('--disk <file>', 'another model disk, raw or VMDK', 'MODEL_DISK_IMAGE'),
    );
}

const THREADS_DESCRIPTION =
  'threads of llama.cpp; as many as the machine has processors, and 1 for a small model under TCG, unless given';

export function addLinuxOptions(command: Command): Command {
  return addSnapshotOptions(command)
    .addOption(kernelOption())
    .option(
      '-c, --ctx <n>',
      'length of the context in tokens; up to 4096 unless given',
      wholeNumber(1),
    )
    .addOption(sessionOption())
    .addOption(appendOption())
    .addOption(
      variableSwitch(
        '--uefi',
        'start the kernel with UEFI firmware, as a computer does',
        'ZOSIA_USE_UEFI',
      ),
    )
    .option('--threads <n>', THREADS_DESCRIPTION, wholeNumber(1))
    .option('--wait <how>', WAIT_DESCRIPTION, waitPolicy)
    .option(
      '--profile <name>',
      'threads and arguments of llama.cpp: phi35_fast, or one that zosia perf tune saved',
    )
    .option('--profiles <file>', 'where --profile looks; zosia.perf.json unless given');
}

/** The flags as a machine takes them. */
export function linuxMachineOptions(
  flags: LinuxFlags,
): Pick<
  LinuxMachineOptions,
  | 'ramMiB'
  | 'cpus'
  | 'accel'
  | 'cpuModel'
  | 'serial'
  | 'dryRun'
  | 'append'
  | 'uefi'
  | 'firmware'
  | 'wait'
> {
  return {
    ...hostOptions(flags),
    append: flags.append,
    uefi: flags.uefi,
    firmware: flags.firmware,
    wait: flags.wait,
  };
}

/**
 * What the guest is asked to do, after `args` that the machine needs itself.
 *
 * @throws ZosiaError as `chooseChatTemplate` and `textArguments`
 */
export async function runRequest(
  flags: LinuxFlags,
  args: readonly string[] = [],
): Promise<RunRequest> {
  const template = await templateRequest(flags);
  return {
    args: [
      ...args,
      ...template.args,
      ...(flags.threads === undefined ? [] : ['--threads', String(flags.threads)]),
      ...(flags.tokens === undefined ? [] : ['--predict', String(flags.tokens)]),
      ...(flags.temp === undefined ? [] : ['--temp', String(flags.temp)]),
      ...seedArguments(flags.seed),
      ...(await textArguments(flags)),
    ],
    isPlain: !process.stdout.isTTY || noColour(),
    chatTemplate: template.text,
    hideReasoning: flags.reasoning === 'hide' || flags.reasoning === 'off',
    terminal: process.stdout.isTTY
      ? {
          rows: process.stdout.rows,
          columns: process.stdout.columns,
          term: variable('TERM') ?? 'vt100',
        }
      : undefined,
    piped: !process.stdin.isTTY,
  };
}

/** llama.cpp takes 2^32 - 1 for none. */
const MAX_LLAMA_SEED = 2n ** 32n - 2n;

/** @throws ZosiaError `ZOSIA_BAD_OPTION` */
function seedArguments(seed = 0n): string[] {
  if (seed === 0n) return [];
  if (seed <= MAX_LLAMA_SEED) return ['--seed', String(seed)];
  throw new ZosiaError('ZOSIA_BAD_OPTION', `llama.cpp has no seed ${seed}`, {
    hint: `Give a whole number up to ${MAX_LLAMA_SEED}.`,
  });
}

async function templateRequest({
  chatTemplate,
  prompt,
}: LinuxFlags): Promise<{ args: string[]; text?: string | undefined }> {
  if (chatTemplate === undefined) return { args: [] };
  const { chooseChatTemplate, PLAIN_TEXT_TEMPLATE } =
    await import('../../recipes/chat-template.js');
  const template = await chooseChatTemplate(chatTemplate);
  switch (template.kind) {
    case 'text':
      return { args: [], text: template.text };
    case 'built-in':
      return { args: ['--chat-template', template.name] };
    case 'none':
      // llama-cli does nothing but converse.
      return prompt === undefined
        ? { args: [], text: PLAIN_TEXT_TEMPLATE }
        : { args: ['--no-conversation'] };
  }
}
