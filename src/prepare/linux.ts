import { findQemu, resolveMachine } from '../machine/machine.js';
import type { MachineOptions, MachineSpec, RunRequest } from '../machine/machine.js';
import { linuxGuest } from '../recipes/linux-guest.js';
import type { LinuxGuestOptions } from '../recipes/linux-guest.js';
import { readModel } from '../recipes/model.js';
import type { Model } from '../recipes/model.js';
import { writeModelDisk } from '../recipes/model-disk.js';
import { modelNeeds } from '../recipes/model-memory.js';
import { modelDiskPath } from '../recipes/places.js';
import type { HostFolders } from '../host/host-folders.js';

export interface UpOptions extends Omit<LinuxGuestOptions, 'cacheDir'> {
  /** A GGUF by path, or by name in the models folder; undefined is the one that zosia brings itself. */
  readonly model: string | undefined;
  /** Length of the context in tokens; at most 4096 unless given, or less if the model has less. */
  readonly contextTokens?: number | undefined;
  /** What the machine is to be, where it is not the default. */
  readonly machine?:
    | Pick<
        MachineOptions,
        'ramMiB' | 'cpus' | 'accel' | 'cpuModel' | 'serial' | 'append' | 'wait' | 'answerPort'
      >
    | undefined;
  readonly folders: HostFolders;
}

/** A machine that is ready to be started, and the arguments for llama.cpp that go with its model. */
export interface ReadyMachine {
  readonly spec: MachineSpec;
  readonly model: Model;
  readonly llamaArgs: RunRequest['args'];
}

/**
 * Brings everything up to date that a model needs to run: fetches, builds, writes the model disk, and
 * decides on the machine. What is up to date already is left alone; the model itself is never copied.
 *
 * @throws ZosiaError as `readModel`, `linuxGuest`, `writeModelDisk` and `resolveMachine`
 */
export async function prepareMachine(options: UpOptions): Promise<ReadyMachine> {
  const { arch, places, folders, signal } = options;
  // What may be wrong is found out before anything is downloaded.
  await findQemu(arch, folders.searchPath);
  const model = await readModel(options.model, places.modelsDir);
  const guest = await linuxGuest({ ...options, cacheDir: folders.cacheDirectory });
  const disk = modelDiskPath(places, 'vmdk');
  await writeModelDisk(model, { format: 'vmdk', out: disk, signal });

  const { memory, llamaArgs } = modelNeeds(model.info, options.contextTokens);
  const spec = await resolveMachine(
    {
      ...options.machine,
      arch,
      disk,
      defaults: { kernel: guest.kernel, initrd: guest.initramfs },
      model: memory,
      signal,
    },
    folders,
  );
  return { spec, model, llamaArgs };
}
