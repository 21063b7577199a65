import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { folders } from '../environment.js';
import {
  ggufSettings,
  isCheckpoint,
  refuseGgufFlags,
  refuseTwoForms,
  templateChoice,
} from '../options/efi-gguf.js';
import type { GgufTextFlags } from '../options/efi-gguf.js';
import type { EfiGgufFlags } from '../options/efi-gguf-options.js';
import { namedCheckpoint } from '../options/efi-model.js';
import { efiMachineOptions, efiRunSettings } from '../options/efi.js';
import type { EfiFlags } from '../options/efi.js';
import { namedModels } from '../options/models.js';
import type { ModelFlags } from '../options/models.js';
import { embeddedModelNotice, say } from '../output/output.js';
import type { Architecture } from '../../artifacts/architectures.js';
import { fileIdentity } from '../../host/file-identity.js';
import type { CheckpointPaths } from '../../recipes/embedded-checkpoint.js';
import { hasCheckpoint } from '../../recipes/find-checkpoint.js';
import { isModelHere } from '../../recipes/find-model.js';
import { modelToStart } from './named-model.js';
import { chosenArchitecture } from '../options/values.js';
import { startEfiMachine } from '../start/efi.js';
import { sayNote, sayWhatIsMissing } from '../start/start.js';
import { defaultPlaces } from '../../recipes/places.js';
import { withPrivateDisk } from '../../recipes/private-disk.js';
import { describeEfiMachine, prepareEfiMachine } from '../../prepare/efi.js';
import type { PrepareEfiOptions } from '../../prepare/efi.js';
import type { NamedGguf } from '../../prepare/efi-model.js';

export interface EfiUpFlags extends EfiFlags, GgufTextFlags, EfiGgufFlags, ModelFlags {
  tokenizer?: string | undefined;
  tokens?: number | undefined;
  sourceDate?: number | undefined;
}

const EXAMPLE = 'zosia up --machine efi model.gguf';
const CHECKPOINT_EXAMPLE = 'zosia up --machine efi stories15M.bin --tokenizer tokenizer.bin';

/** `zosia up` for the EFI machine. */
export async function upEfi(
  command: Command,
  named: string | undefined,
  flags: EfiUpFlags,
  context: CliContext,
): Promise<void> {
  refuseTwoForms(command, flags);
  const { tokens } = flags;
  const { signal } = context;
  const arch = chosenArchitecture(flags.arch);
  // What may be wrong is found out before anything is downloaded.
  const ofGguf = await ggufSettings(flags);
  const chosen = { named, flags, context, arch };
  const isOfCheckpoint = await isCheckpoint(named, flags.tokenizer, namedModels(flags));
  if (isOfCheckpoint) refuseGgufFlags(command, flags);
  const options: PrepareEfiOptions = {
    arch,
    places: defaultPlaces(),
    folders: folders(),
    model: isOfCheckpoint ? await checkpointToStart(command, chosen) : await ggufToStart(chosen),
    sourceDateSeconds: flags.sourceDate,
    // Whoever leaves the prompt has no use for the firmware behind it.
    request: {
      interactive: true,
      poweroff: true,
      tokens,
      ...efiRunSettings(flags),
      ...ofGguf,
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

interface Chosen {
  readonly named: string | undefined;
  readonly flags: EfiUpFlags;
  readonly context: CliContext;
  readonly arch: Architecture;
}

async function checkpointToStart(
  command: Command,
  { named: given, flags, context, arch }: Chosen,
): Promise<CheckpointPaths> {
  const { tokenizer } = flags;
  const { named, models } = await modelToStart(given, flags, context, {
    arch,
    form: 'checkpoint',
    modelsDir: defaultPlaces().modelsDir,
    isHere: async (name, found) => {
      if ((await fileIdentity(name)) !== undefined) return true;
      return tokenizer !== undefined || (await hasCheckpoint(name, found));
    },
  });
  return namedCheckpoint(
    command,
    { checkpoint: named, tokenizer },
    { checkpoint: 'a checkpoint', example: CHECKPOINT_EXAMPLE },
    models,
  );
}

/** As the Linux machine has it: by its path, or by its name, pulled where it is not here. */
async function ggufToStart({ named: given, flags, context, arch }: Chosen): Promise<NamedGguf> {
  const { modelsDir } = defaultPlaces();
  const template = await templateChoice(flags);
  const { named, models } = await modelToStart(given, flags, context, {
    arch,
    form: 'gguf',
    modelsDir,
    isHere: (name, found) => isModelHere(name, { modelsDir, named: found }),
  });
  const search = { modelsDir, named: models };
  if (named === undefined) say(embeddedModelNotice(EXAMPLE));
  return { gguf: named, search, placement: flags.modelAs, template };
}
