import type { Architecture } from '../artifacts/architectures.js';
import { findQemu, resolveEfiMachine } from '../machine/machine.js';
import type { EfiMachineOptions, EfiMachineSpec } from '../machine/machine.js';
import { writeEfiDisk } from '../recipes/efi/disk.js';
import { readEfiModel } from '../recipes/efi/model.js';
import type { EfiModel } from '../recipes/efi/model.js';
import type { EfiSettings } from '../formats/llama2c/settings/settings.js';
import { efiDiskPath } from '../recipes/places.js';
import type { HostFolders } from '../host/host-folders.js';
import type { Places } from '../recipes/places.js';

export interface EfiUpOptions {
  readonly arch: Architecture;
  readonly places: Places;
  /** Paths of a llama2.c checkpoint and its tokenizer. */
  readonly checkpoint: string;
  readonly tokenizer: string;
  /** What `llama2.cfg` says of everything but the names of the files. */
  readonly settings: EfiSettings;
  /** The time that files on the disk get, in seconds since 1970; 0 unless given. */
  readonly sourceDateSeconds?: number | undefined;
  /** What the machine is to be, where it is not the default. */
  readonly machine?:
    Omit<EfiMachineOptions, 'arch' | 'disk' | 'memoryBytes' | 'signal'> | undefined;
  readonly folders: HostFolders;
  readonly signal?: AbortSignal | undefined;
}

/** An EFI machine that is ready to be started. */
export interface ReadyEfiMachine {
  readonly spec: EfiMachineSpec;
  readonly model: EfiModel;
}

/**
 * Checks a checkpoint and its tokenizer against each other, writes the disk that refers to them, and
 * decides on the machine.
 *
 * @throws ZosiaError as `readEfiModel`, `writeEfiDisk` and `resolveEfiMachine`
 */
export async function prepareEfiMachine(options: EfiUpOptions): Promise<ReadyEfiMachine> {
  const { arch, places, settings, folders, sourceDateSeconds, signal } = options;
  await findQemu(arch, folders.searchPath);
  const model = await readEfiModel(options.checkpoint, options.tokenizer);
  const disk = efiDiskPath(places, 'vmdk');
  await writeEfiDisk(model, {
    format: 'vmdk',
    out: disk,
    settings,
    sourceDateSeconds,
    signal,
  });
  const { memoryBytes } = model;
  const spec = await resolveEfiMachine(
    { ...options.machine, arch, disk, memoryBytes, signal },
    folders,
  );
  return { spec, model };
}
