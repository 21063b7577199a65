import type { Command } from 'commander';
import type { CliContext } from '../context.js';
import { folders } from '../environment.js';
import { allowOutsideOption } from '../options/allow-outside.js';
import { addHostOptions, firmwareOption, requireOneOf, serialOption } from '../options/machine.js';
import {
  addImageOptions,
  addLinuxOptions,
  addPromptOptions,
  linuxMachineOptions,
  runRequest,
} from '../options/linux.js';
import type { ImageFlags } from '../options/linux.js';
import { addTextOptions } from '../options/text.js';
import { chosenKernel } from '../options/kernel.js';
import { addBootModeOptions, chosenBootMode } from '../options/boot-mode.js';
import type { BootModeFlags } from '../options/boot-mode.js';
import { chosenArchitecture } from '../options/values.js';
import { applyProfile } from '../options/profile.js';
import { sayNote } from '../start/start.js';
import { startProgress } from '../output/progress.js';
import type { ModelInfo } from '../../formats/gguf/model-info.js';
import type { ModelNeeds } from '../../recipes/model-memory.js';
import { bootedFiles, defaultPlaces } from '../../recipes/places.js';

interface RunLinuxFlags extends BootModeFlags, ImageFlags {
  verify?: true | undefined;
  allowOutside?: true | undefined;
}

export function defineRunLinux(command: Command, context: CliContext): void {
  command.optionsGroup('What is booted:');
  addImageOptions(command)
    .option('--verify', 'first compare the sha256 of everything on the model disk')
    .addOption(allowOutsideOption());
  addLinuxOptions(command);
  addPromptOptions(command);
  addTextOptions(command);
  addBootModeOptions(command);
  addHostOptions(command);
  command
    .addOption(firmwareOption())
    .addOption(serialOption().conflicts(['prompt', 'ci', 'diag', 'selftest']))
    .addHelpText(
      'after',
      `
Boots the kernel and the initramfs in artifacts/<arch> with the model disk of artifacts/model-disk, as they
are; with --kernel debian those in artifacts/<arch>/debian. Without a model disk the guest shows a stub prompt that says so. A model disk that refers to files
which have changed since is refused. The memory follows from the model on the disk.
With --dry-run, what the run asks of the guest (prompt, context and so on) is not in the command: it is in
an initramfs that is made for a real run alone.

Examples:
  zosia run
  zosia run --disk artifacts/model-disk/model.ext4.img --ram 4096
  zosia run --dry-run`,
    )
    .action(async (given: RunLinuxFlags) => {
      requireOneOf(command, '--timeout', ['--prompt', '--ci', '--diag', '--selftest']);
      requireOneOf(command, '--json', ['--prompt', '--diag']);
      requireOneOf(command, '--profiles', ['--profile']);
      requireOneOf(command, '--firmware', ['--uefi']);
      const [{ existingDisk }, { withHeldDisk }] = await Promise.all([
        import('../../recipes/model-disk.js'),
        import('../../recipes/held-disk.js'),
      ]);
      const { flags, args } = await applyProfile(given);
      const disk = flags.disk ?? (await existingDisk(defaultPlaces()));
      const run = (): Promise<void> => runDisk(disk, { flags, args }, context);
      const { allowOutside } = flags;
      const { signal } = context;
      // A dry run starts nothing that models would be taken away from.
      await (flags.dryRun ? run() : withHeldDisk(disk, run, { allowOutside, signal }));
    });
}

/** Boots a disk as it is; without one the guest has no model. */
async function runDisk(
  disk: string | undefined,
  { flags, args }: { readonly flags: RunLinuxFlags; readonly args: readonly string[] },
  context: CliContext,
): Promise<void> {
  const [
    { resolveLinuxMachine },
    { withExistingDisk, withRunDisk },
    { startLinuxMachine },
    { startBootMode },
  ] = await Promise.all([
    import('../../machine/machine.js'),
    import('../../prepare/run-disk.js'),
    import('../start/linux.js'),
    import('../start/boot-mode.js'),
  ]);
  const arch = chosenArchitecture(flags.arch);
  const places = defaultPlaces();
  const found = disk === undefined ? undefined : await diskModel(disk, flags, context.signal);
  const { uefi } = flags;
  const { signal } = context;
  const { kind, path: kernel } = await chosenKernel(flags.kernel, {
    places,
    arch,
    uefi,
    signal,
  });
  const spec = await resolveLinuxMachine(
    {
      ...linuxMachineOptions(flags),
      arch,
      kernel,
      initrd: flags.initrd,
      disk,
      model: found?.memory,
      defaults: bootedFiles(places, arch, { kernel: kind, uefi }),
      signal: context.signal,
    },
    folders(),
  );
  for (const note of found?.notes ?? []) sayNote(note);
  const request = await runRequest(flags, [...args, ...(found?.llamaArgs ?? [])]);
  const mode = chosenBootMode(flags);
  const start = (machine: typeof spec): Promise<void> =>
    mode === undefined
      ? startLinuxMachine(machine, request, flags, context, found?.info)
      : startBootMode(machine, request, mode, flags, context);
  if (flags.dryRun) {
    await start(spec);
    return;
  }
  const { allowOutside } = flags;
  const hasOwnKernel = kernel === undefined;
  const machine = await withExistingDisk(spec, { allowOutside, hasOwnKernel });
  await withRunDisk(machine, start, signal);
}

/** A model on a disk, and what a machine for it needs. */
interface FoundModel {
  readonly info: ModelInfo;
  readonly memory: ModelNeeds['memory'];
  readonly llamaArgs: readonly string[];
  readonly notes: readonly string[];
}

/** Checks a disk before it is booted, and looks at its model; undefined without one that can be read. */
async function diskModel(
  disk: string,
  { ctx, verify, allowOutside, speculate: ngram }: RunLinuxFlags,
  signal: AbortSignal,
): Promise<FoundModel | undefined> {
  const [
    { checkModelDisk },
    { modelOnDisk },
    { contextNotes, modelNeeds },
    { speculationArguments },
  ] = await Promise.all([
    import('../../recipes/check-disk.js'),
    import('../../recipes/model-on-disk.js'),
    import('../../recipes/model-memory.js'),
    import('../../recipes/speculation.js'),
  ]);
  const progress = startProgress();
  try {
    await checkModelDisk(disk, {
      verify: verify ?? false,
      allowOutside,
      signal,
      onProgress: (done, total) => {
        progress.update('verifying', done, total);
      },
    });
  } finally {
    progress.stop();
  }
  const model = await modelOnDisk(disk, { allowOutside });
  if (!model) return undefined;
  const { info, companionBytes, draft } = model;
  const { memory, llamaArgs } = modelNeeds(info, { contextTokens: ctx, companionBytes, draft });
  return {
    info,
    memory,
    llamaArgs: [...llamaArgs, ...speculationArguments({ hasDraft: draft !== undefined, ngram })],
    notes: contextNotes(info, ctx),
  };
}
