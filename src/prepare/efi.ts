import type { Architecture } from '../artifacts/architectures.js';
import { overrideSettings } from '../formats/llama2c/settings/settings.js';
import type { EfiSettings } from '../formats/llama2c/settings/settings.js';
import type { Image } from '../image/image.js';
import { findQemu, resolveEfiMachine } from '../machine/machine.js';
import type { HostFolders } from '../host/host-folders.js';
import type { EfiMachineOptions, EfiMachineSpec } from '../machine/machine.js';
import { planEfiDisk, writeEfiDisk } from '../recipes/efi/disk.js';
import { readEfiDiskFiles } from '../recipes/efi/entries.js';
import { readEfiModel } from '../recipes/efi/model.js';
import type { EfiModel } from '../recipes/efi/model.js';
import { embeddedCheckpoint, embeddedCheckpointMemory } from '../recipes/embedded-checkpoint.js';
import type { CheckpointPaths } from '../recipes/embedded-checkpoint.js';
import { efiDiskPath, efiModelDir } from '../recipes/places.js';
import type { Places } from '../recipes/places.js';

export interface PrepareEfiOptions {
  readonly arch: Architecture;
  readonly places: Places;
  /** Paths of a llama2.c checkpoint and its tokenizer; undefined is the built-in model. */
  readonly model: CheckpointPaths | undefined;
  /** What this run asks of the application. The disk that is kept has none of it. */
  readonly request: EfiSettings;
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
  /** Its disk is the one that is kept, as `zosia image efi` writes it. */
  readonly spec: EfiMachineSpec;
  readonly model: EfiModel;
  /** The disk with the request on it, for `withPrivateDisk`. */
  readonly runDisk: Image;
}

/**
 * Checks a checkpoint and its tokenizer against each other, writes the disk that refers to them, plans one
 * for this run, and decides on the machine.
 *
 * @throws ZosiaError as `embeddedCheckpoint`, `readEfiModel`, `writeEfiDisk` and `resolveEfiMachine`
 */
export async function prepareEfiMachine(options: PrepareEfiOptions): Promise<ReadyEfiMachine> {
  const { arch, places, request, folders, sourceDateSeconds, signal } = options;
  await findQemu(arch, folders.searchPath);
  const {
    settings = {},
    checkpoint,
    tokenizer,
    fileNames,
    known,
  } = options.model
    ? { ...options.model, settings: undefined }
    : await embeddedCheckpoint(efiModelDir(places), { signal });
  const asked = overrideSettings(settings, request);
  const model = await readEfiModel(checkpoint, tokenizer, asked, fileNames, known);
  const files = await readEfiDiskFiles(model, { settings: asked });
  const { image: runDisk } = planEfiDisk(files, { sourceDateSeconds });
  const disk = efiDiskPath(places, 'vmdk');
  await writeEfiDisk(model, { format: 'vmdk', out: disk, settings, sourceDateSeconds, signal });
  const { memoryBytes } = model;
  const spec = await resolveEfiMachine(
    { ...options.machine, arch, disk, memoryBytes, signal },
    folders,
  );
  return { spec, model, runDisk };
}

/**
 * Decides on the machine that {@link prepareEfiMachine} would make ready. Nothing is written: its disk
 * need not be there yet.
 *
 * @throws ZosiaError as `embeddedCheckpointMemory`, `readEfiModel`, `planEfiDisk` and `resolveEfiMachine`
 */
export async function describeEfiMachine(options: PrepareEfiOptions): Promise<EfiMachineSpec> {
  const { arch, places, model: named, request, folders, signal } = options;
  await findQemu(arch, folders.searchPath);
  const disk = { path: efiDiskPath(places, 'vmdk'), format: 'vmdk' } as const;
  const memoryBytes = named
    ? await memoryFor(named, request)
    : await embeddedCheckpointMemory(request);
  return resolveEfiMachine(
    {
      ...options.machine,
      arch,
      disk,
      memoryBytes,
      dryRun: true,
      signal,
    },
    folders,
  );
}

/** What the application allocates for files that make a disk. */
async function memoryFor(
  { checkpoint, tokenizer, fileNames }: CheckpointPaths,
  settings: EfiSettings,
): Promise<number> {
  const model = await readEfiModel(checkpoint, tokenizer, settings, fileNames);
  planEfiDisk(await readEfiDiskFiles(model, { settings }));
  return model.memoryBytes;
}
