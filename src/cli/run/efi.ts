import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { folders } from '../environment.js';
import { allowOutsideOption } from '../options/allow-outside.js';
import { SEED_OPTION, TOP_P_OPTION, efiSettingOption } from '../options/efi-settings.js';
import { addHostOptions, firmwareOption, requireOneOf, serialOption } from '../options/machine.js';
import {
  addEfiOptions,
  addEfiTextOptions,
  efiMachineOptions,
  efiRunSettings,
} from '../options/efi.js';
import type { EfiFlags } from '../options/efi.js';
import type { GgufTextFlags } from '../options/efi-gguf.js';
import { addGgufRunOptions } from '../options/efi-gguf-options.js';
import type { EfiGgufFlags } from '../options/efi-gguf-options.js';
import { chosenArchitecture, timeoutSeconds } from '../options/values.js';
import { variableOption } from '../variable-option.js';
import { say } from '../output/output.js';
import { isFile } from '../../host/host-file.js';
import { overrideSettings } from '../../formats/llama2c/settings/settings.js';
import { makeOutputFolder } from '../../host/output-file.js';
import { defaultPlaces, efiDiskPath } from '../../recipes/places.js';
import type { Places } from '../../recipes/places.js';

interface RunEfiFlags
  extends EfiFlags, Omit<GgufTextFlags, 'chatTemplate'>, Pick<EfiGgufFlags, 'repeatPenalty'> {
  allowOutside?: true | undefined;
  disk?: string | undefined;
  debug?: true | undefined;
}

export function defineRunEfi(command: Command, context: CliContext): void {
  command
    .optionsGroup('What is booted:')
    .option('--disk <file>', 'another EFI disk, raw or VMDK')
    .addOption(allowOutsideOption())
    .optionsGroup('The text:')
    .option('--prompt <text>', 'print what follows this on stdout, and power off')
    .addOption(
      efiSettingOption(
        'steps',
        '-n, --steps <n>',
        'tokens, of a llama2.c checkpoint those of the prompt included; 0: the whole context',
      ),
    )
    .addOption(
      efiSettingOption(
        'temp',
        '--temp <t>',
        'temperature of sampling; 0 always takes the likeliest token',
      ),
    );
  addEfiTextOptions(command)
    .addOption(efiSettingOption(...TOP_P_OPTION))
    .addOption(efiSettingOption(...SEED_OPTION));
  addGgufRunOptions(command)
    .addOption(
      variableOption(
        '--timeout <s>',
        'with --prompt: give up after this many seconds; with --screenshot: take it then',
        'TIMEOUT_SECS',
        timeoutSeconds,
      ),
    )
    .optionsGroup('The screen and the firmware:');
  addEfiOptions(command.addOption(firmwareOption()));
  addHostOptions(command)
    .addOption(serialOption().conflicts(['prompt', 'screenshot']))
    .option('--debug', "log what the guest does wrong (QEMU's -d guest_errors); explain errors")
    .addHelpText(
      'after',
      `
Boots artifacts/efi/llama2-disk.img or llama2-disk.vmdk, whichever zosia image efi or zosia up wrote last.
Options of the text change llama2.cfg for this run, on a disk of its own; the disk is not written to.
What is not given is as the disk has it.
With --dry-run they are not in the command, nor is what takes a --screenshot.
The console is the serial port, here on the terminal: Ctrl+A X ends the machine. An empty --prompt begins
a text. The log of --debug is artifacts/efi/qemu-debug.log.

Examples:
  zosia run efi
  zosia run efi --prompt "Once upon a time" -n 100 --temp 0
  zosia run efi --system "You are a pirate." --top-k 20 --min-p 0.1 --ctx 2048
  zosia run efi --arch aarch64 --screenshot llama2.png
  zosia run efi --disk artifacts/efi/hello-disk.img --display
  zosia run efi --firmware OVMF_CODE.fd,OVMF_VARS.fd --debug`,
    )
    .action(async (flags: RunEfiFlags) => {
      requireOneOf(command, '--timeout', ['--prompt', '--screenshot']);
      const { withHeldDisk } = await import('../../recipes/held-disk.js');
      const disk = flags.disk ?? (await usualDisk(defaultPlaces()));
      const run = (): Promise<void> => runDisk(command, disk, flags, context);
      const { allowOutside } = flags;
      const { signal } = context;
      // A dry run starts nothing that models would be taken away from.
      await (flags.dryRun ? run() : withHeldDisk(disk, run, { allowOutside, signal }));
    });
}

/** Boots a disk as it is, but for settings of this run. */
async function runDisk(
  command: Command,
  disk: string,
  flags: RunEfiFlags,
  context: CliContext,
): Promise<void> {
  const [
    { checkEfiDisk },
    { efiDiskNeeds },
    { withRunDisk },
    { resolveEfiMachine },
    { startEfiMachine },
    { ggufSettings, refuseGgufFlags },
    { settingsOfGguf },
  ] = await Promise.all([
    import('../../recipes/check-disk.js'),
    import('../../recipes/efi/disk-needs.js'),
    import('../../recipes/efi/run-disk.js'),
    import('../../machine/machine.js'),
    import('../start/efi.js'),
    import('../options/efi-gguf.js'),
    import('./gguf-run.js'),
  ]);
  const { signal } = context;
  const { allowOutside } = flags;
  const arch = chosenArchitecture(flags.arch);
  const places = defaultPlaces();
  const asked = overrideSettings(efiRunSettings(flags), await ggufSettings(flags));
  const hasSettings = Object.keys(asked).length > 0;
  await checkEfiDisk(disk, signal);
  const needs = (await isFile(disk))
    ? await efiDiskNeeds(disk, {
        arch,
        allowOutside,
        settings: hasSettings ? asked : undefined,
      })
    : undefined;
  if (needs?.modelFormat === 'llama2c') refuseGgufFlags(command, flags);
  const settings = needs?.modelFormat === 'gguf' ? settingsOfGguf(asked, needs, disk) : asked;
  const memoryBytes = needs?.memoryBytes ?? 0;
  const spec = await resolveEfiMachine(
    {
      ...efiMachineOptions(flags),
      arch,
      disk,
      memoryBytes,
      signal,
      debugLog: flags.debug ? debugLogPath(places) : undefined,
    },
    folders(),
  );
  if (flags.dryRun) await sayWhatIsNotInTheCommand(hasSettings, spec.debugLog);
  else if (spec.debugLog !== undefined) {
    await makeOutputFolder(dirname(spec.debugLog));
    say(`zosia: what the guest does wrong goes to ${spec.debugLog}`);
  }
  if (hasSettings && !flags.dryRun) {
    const start = (runDisk: typeof spec.disk): Promise<void> =>
      startEfiMachine({ ...spec, disk: runDisk }, flags, context);
    await withRunDisk(disk, settings, start, { signal, allowOutside });
  } else await startEfiMachine(spec, flags, context);
}

/** What only a real run makes: the command may be tried by hand. */
async function sayWhatIsNotInTheCommand(
  hasSettings: boolean,
  debugLog: string | undefined,
): Promise<void> {
  if (hasSettings) {
    say(
      'zosia: the command starts the disk as it is: options of the text are for a real run alone',
    );
  }
  if (debugLog === undefined) return;
  const folder = dirname(debugLog);
  if (!(await stat(folder).catch(() => undefined))) {
    say(`zosia: the command writes its log into ${folder}, which has to be made first`);
  }
}

const debugLogPath = ({ artifactsDir }: Places): string =>
  join(artifactsDir, 'efi', 'qemu-debug.log');

async function usualDisk(places: Places): Promise<string> {
  const raw = efiDiskPath(places, 'raw');
  const vmdk = efiDiskPath(places, 'vmdk');
  return (await writtenAt(vmdk)) > (await writtenAt(raw)) ? vmdk : raw;
}

/** When a file was written, in milliseconds since 1970; 0 for one that is not there. */
async function writtenAt(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.mtimeMs ?? 0;
}
