import type { Image } from '../image/image.js';
import { findQemu, requireKernel, resolveLinuxMachine } from '../machine/machine.js';
import type { LinuxMachineOptions, RunRequest } from '../machine/machine.js';
import { linuxGuest } from '../recipes/linux-guest.js';
import type { LinuxGuestOptions } from '../recipes/linux-guest.js';
import { readModel } from '../recipes/model.js';
import type { Model } from '../recipes/model.js';
import { planModelDisk, writeModelDisk } from '../recipes/model-disk.js';
import { modelNeeds } from '../recipes/model-memory.js';
import { bootedFiles, modelDiskPath } from '../recipes/places.js';
import type { HostFolders } from '../host/host-folders.js';
import type { MachineWithDisk } from './run-disk.js';

export interface PrepareLinuxOptions extends Omit<LinuxGuestOptions, 'cacheDir'> {
  /** A GGUF by path, or by name in the models folder; undefined is the built-in one. */
  readonly model: string | undefined;
  /** Length of the context in tokens; at most 4096 unless given, or less if the model has less. */
  readonly contextTokens?: number | undefined;
  /** What the machine is to be, where it is not the default. */
  readonly machine?:
    | Pick<
        LinuxMachineOptions,
        | 'kernel'
        | 'ramMiB'
        | 'cpus'
        | 'accel'
        | 'cpuModel'
        | 'serial'
        | 'append'
        | 'uefi'
        | 'firmware'
        | 'wait'
      >
    | undefined;
  readonly folders: HostFolders;
}

/** A machine, and the arguments for llama.cpp that go with its model. */
export interface DescribedLinuxMachine extends MachineWithDisk {
  readonly model: Model;
  readonly llamaArgs: RunRequest['args'];
}

/** A machine that is ready to be started. */
export interface ReadyLinuxMachine extends DescribedLinuxMachine {
  readonly runDisk: Image;
}

/**
 * Brings everything up to date that a model needs to run: fetches, builds, writes the model disk, and
 * decides on the machine. What is up to date already is left alone; the model itself is never copied.
 *
 * @throws ZosiaError as `readModel`, `linuxGuest`, `writeModelDisk` and `resolveLinuxMachine`
 */
export async function prepareLinuxMachine(
  options: PrepareLinuxOptions,
): Promise<ReadyLinuxMachine> {
  const { arch, places, folders, signal } = options;
  // What may be wrong is found out before anything is downloaded.
  await findQemu(arch, folders.searchPath);
  const model = await readModel(options.model, places.modelsDir);
  if (options.machine?.kernel !== undefined) await requireKernel(options.machine.kernel);
  await linuxGuest({ ...options, cacheDir: folders.cacheDirectory });
  const { image: runDisk } = await writeModelDisk(model, {
    format: 'vmdk',
    out: modelDiskPath(places, 'vmdk'),
    signal,
  });
  return { ...(await decide(model, options, false)), runDisk };
}

/**
 * Decides on the machine that {@link prepareLinuxMachine} would make ready. Nothing is fetched, built or
 * written: what the machine is made from need not be there yet.
 *
 * @throws ZosiaError as `readModel`, `planModelDisk` and `resolveLinuxMachine`
 */
export async function describeLinuxMachine(
  options: PrepareLinuxOptions,
): Promise<DescribedLinuxMachine> {
  await findQemu(options.arch, options.folders.searchPath);
  const model = await readModel(options.model, options.places.modelsDir);
  planModelDisk(model);
  return decide(model, options, true);
}

async function decide(
  model: Model,
  options: PrepareLinuxOptions,
  dryRun: boolean,
): Promise<DescribedLinuxMachine> {
  const { arch, places, kernel, folders, signal } = options;
  const { memory, llamaArgs } = modelNeeds(model.info, options.contextTokens);
  const spec = await resolveLinuxMachine(
    {
      ...options.machine,
      arch,
      dryRun,
      disk: modelDiskPath(places, 'vmdk'),
      model: memory,
      signal,
      defaults: bootedFiles(places, arch, {
        kernel,
        uefi: options.machine?.uefi,
        isLayered: options.base !== undefined,
      }),
      arePlanned: dryRun,
    },
    folders,
  );
  return { spec, model, llamaArgs, mapsDisks: options.machine?.kernel === undefined };
}
