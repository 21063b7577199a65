import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { folders } from '../environment.js';
import { namedCheckpoint } from '../options/efi-model.js';
import { efiMachineOptions, efiRunSettings } from '../options/efi.js';
import type { EfiFlags } from '../options/efi.js';
import { chosenArchitecture } from '../options/values.js';
import { startEfiMachine } from '../start/efi.js';
import { sayNote, sayWhatIsMissing } from '../start/start.js';
import { defaultPlaces } from '../../recipes/places.js';
import { withPrivateDisk } from '../../recipes/private-disk.js';
import { describeEfiMachine, prepareEfiMachine } from '../../prepare/efi.js';
import type { PrepareEfiOptions } from '../../prepare/efi.js';

export interface EfiUpFlags extends EfiFlags {
  tokenizer?: string | undefined;
  tokens?: number | undefined;
  sourceDate?: number | undefined;
}

const EXAMPLE = 'zosia up --machine efi stories15M.bin --tokenizer tokenizer.bin';

/** `zosia up` for the EFI machine. */
export async function upEfi(
  command: Command,
  checkpoint: string | undefined,
  flags: EfiUpFlags,
  context: CliContext,
): Promise<void> {
  const { tokens, tokenizer } = flags;
  const { signal } = context;
  const options: PrepareEfiOptions = {
    arch: chosenArchitecture(flags.arch),
    places: defaultPlaces(),
    folders: folders(),
    model: await namedCheckpoint(
      command,
      { checkpoint, tokenizer },
      { checkpoint: 'a checkpoint', example: EXAMPLE },
    ),
    sourceDateSeconds: flags.sourceDate,
    // Whoever leaves the prompt has no use for the firmware behind it.
    request: {
      interactive: true,
      poweroff: true,
      steps: tokens,
      ...efiRunSettings(flags),
    },
    machine: efiMachineOptions(flags),
    signal,
  };
  if (flags.dryRun) {
    const spec = await describeEfiMachine(options);
    await sayWhatIsMissing(spec);
    sayNote(
      'the command starts the disk that is kept: what is asked of it is on a disk of the run alone',
    );
    await startEfiMachine(spec, flags, context);
    return;
  }
  const { spec, runDisk } = await prepareEfiMachine(options);
  await withPrivateDisk(
    runDisk,
    (disk) => startEfiMachine({ ...spec, disk }, flags, context),
    signal,
  );
}
