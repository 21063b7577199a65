import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { folders } from '../environment.js';
import { namedCheckpoint } from '../options/efi-model.js';
import { efiMachineOptions, efiRunSettings } from '../options/efi.js';
import type { EfiFlags } from '../options/efi.js';
import type { ModelFlags } from '../options/models.js';
import { fileIdentity } from '../../host/file-identity.js';
import { EMBEDDED_MODEL_NAME } from '../../recipes/embedded-model.js';
import { hasCheckpoint, refuseReference } from '../../recipes/find-checkpoint.js';
import { modelToStart } from './named-model.js';
import { chosenArchitecture } from '../options/values.js';
import { startEfiMachine } from '../start/efi.js';
import { sayNote, sayWhatIsMissing } from '../start/start.js';
import { defaultPlaces } from '../../recipes/places.js';
import { withPrivateDisk } from '../../recipes/private-disk.js';
import { describeEfiMachine, prepareEfiMachine } from '../../prepare/efi.js';
import type { PrepareEfiOptions } from '../../prepare/efi.js';

export interface EfiUpFlags extends EfiFlags, ModelFlags {
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
  const arch = chosenArchitecture(flags.arch);
  const { named, models } = await modelToStart(checkpoint, flags, context, {
    arch,
    form: 'checkpoint',
    modelsDir: defaultPlaces().modelsDir,
    isHere: async (name, found) => {
      if (name === EMBEDDED_MODEL_NAME || (await fileIdentity(name)) !== undefined) return true;
      if (tokenizer === undefined && (await hasCheckpoint(name, found))) return true;
      // What is here and no checkpoint is refused for what it is.
      if ((await found.find(name)) === undefined) refuseReference(name);
      return tokenizer !== undefined;
    },
  });
  const options: PrepareEfiOptions = {
    arch,
    places: defaultPlaces(),
    folders: folders(),
    model: await namedCheckpoint(
      command,
      { checkpoint: named, tokenizer },
      { checkpoint: 'a checkpoint', example: EXAMPLE },
      models,
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
