import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { folders } from '../environment.js';
import { chosenCheckpoint } from '../options/efi-model.js';
import { efiMachineOptions, efiRunSettings } from '../options/efi.js';
import type { EfiFlags } from '../options/efi.js';
import { chosenArchitecture } from '../options/values.js';
import { startEfiMachine } from '../start/efi.js';
import { defaultPlaces } from '../../recipes/places.js';
import { prepareEfiMachine } from '../../prepare/efi.js';

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
  const { tokens } = flags;
  const places = defaultPlaces();
  const { settings, ...paths } = await chosenCheckpoint(
    command,
    { checkpoint, tokenizer: flags.tokenizer },
    { checkpoint: 'a checkpoint', example: EXAMPLE },
    context.signal,
  );
  const { spec } = await prepareEfiMachine({
    arch: chosenArchitecture(flags.arch),
    places,
    folders: folders(),
    ...paths,
    sourceDateSeconds: flags.sourceDate,
    // Whoever leaves the prompt has no use for the firmware behind it.
    settings: {
      ...settings,
      interactive: true,
      poweroff: true,
      ...(tokens === undefined ? {} : { steps: tokens }),
      ...efiRunSettings(flags),
    },
    machine: efiMachineOptions(flags),
    signal: context.signal,
  });
  await startEfiMachine(spec, flags, context);
}
