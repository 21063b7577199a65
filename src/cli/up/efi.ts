import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { efiMachineOptions, efiRunSettings } from '../options/efi.js';
import type { EfiFlags } from '../options/efi.js';
import { chosenArchitecture } from '../options/values.js';
import { say } from '../output/output.js';
import { startEfiMachine } from '../start/efi.js';
import { embeddedModelNotice } from './embedded-model-notice.js';
import { embeddedCheckpoint } from '../../recipes/embedded-checkpoint.js';
import type { CheckpointPaths } from '../../recipes/embedded-checkpoint.js';
import { defaultPlaces } from '../../recipes/places.js';
import type { Places } from '../../recipes/places.js';
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
  const { tokens } = flags;
  const places = defaultPlaces();
  const paths = await checkpointPaths(command, checkpoint, flags.tokenizer, places, context);
  const { spec } = await prepareEfiMachine({
    arch: chosenArchitecture(flags.arch),
    places,
    ...paths,
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

/** The files that were named; the model that zosia brings itself where none were. */
async function checkpointPaths(
  command: Command,
  checkpoint: string | undefined,
  tokenizer: string | undefined,
  places: Places,
  { signal }: CliContext,
): Promise<CheckpointPaths> {
  if (checkpoint === undefined && tokenizer === undefined) {
    const embedded = await embeddedCheckpoint(places, { signal });
    if (embedded) {
      say(embeddedModelNotice(EXAMPLE));
      return embedded;
    }
  }
  if (checkpoint === undefined) command.error(`error: a checkpoint is missing, as in ${EXAMPLE}`);
  if (tokenizer === undefined) {
    command.error(`error: option '--tokenizer <file>' is missing, as in ${EXAMPLE}`);
  }
  return { checkpoint, tokenizer };
}
