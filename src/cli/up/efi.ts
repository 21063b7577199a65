import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { efiMachineOptions, efiRunSettings } from '../options/efi.js';
import type { EfiFlags } from '../options/efi.js';
import { chosenArchitecture } from '../options/values.js';
import { startEfiMachine } from '../start/efi.js';
import { defaultPlaces } from '../../recipes/places.js';
import { prepareEfiMachine } from '../../up/efi.js';

export interface EfiUpFlags extends EfiFlags {
  tokenizer?: string;
  tokens?: number;
}

const EXAMPLE = 'zosia up --machine efi stories15M.bin --tokenizer tokenizer.bin';

/** `zosia up` for the EFI machine. */
export async function upEfi(
  command: Command,
  checkpoint: string | undefined,
  flags: EfiUpFlags,
  context: CliContext,
): Promise<void> {
  const { tokenizer, tokens } = flags;
  if (checkpoint === undefined) command.error(`error: a checkpoint is missing, as in ${EXAMPLE}`);
  if (tokenizer === undefined) {
    command.error(`error: option '--tokenizer <file>' is missing, as in ${EXAMPLE}`);
  }
  const { spec } = await prepareEfiMachine({
    arch: chosenArchitecture(flags.arch),
    places: defaultPlaces(),
    checkpoint,
    tokenizer,
    // Whoever leaves the prompt has no use for the firmware behind it.
    settings: {
      ...{ interactive: true, poweroff: true },
      ...(tokens === undefined ? {} : { steps: tokens }),
      ...efiRunSettings(flags),
    },
    machine: efiMachineOptions(flags),
    signal: context.signal,
  });
  await startEfiMachine(spec, flags, context);
}
