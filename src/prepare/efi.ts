import type { Architecture } from '../artifacts/architectures.js';
import type { Image } from '../image/image.js';
import { findQemu, resolveEfiMachine } from '../machine/machine.js';
import type { HostFolders } from '../host/host-folders.js';
import type { EfiMachineOptions, EfiMachineSpec } from '../machine/machine.js';
import { planEfiDisk, writeEfiDisk } from '../recipes/efi/disk.js';
import { readEfiDiskFiles } from '../recipes/efi/entries.js';
import type { EfiDiskModel } from '../recipes/efi/entries.js';
import type { CheckpointPaths } from '../recipes/embedded-checkpoint.js';
import { efiDiskPath } from '../recipes/places.js';
import type { Places } from '../recipes/places.js';
import { readNamedModel } from './efi-model.js';
import type { EfiRequest, NamedGguf } from './efi-model.js';

export interface PrepareEfiOptions {
  readonly arch: Architecture;
  readonly places: Places;
  /** A GGUF, or paths of a llama2.c checkpoint and its tokenizer; undefined is the built-in model. */
  readonly model: CheckpointPaths | NamedGguf | undefined;
  /** What this run asks of the application. The disk that is kept has none of it. */
  readonly request: EfiRequest;
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
  readonly model: EfiDiskModel;
  /** The disk with the request on it, for `withPrivateDisk`. */
  readonly runDisk: Image;
}

/**
 * Checks a GGUF, or a checkpoint and its tokenizer against each other, writes the disk that refers to them, plans
 * one for this run, and decides on the machine.
 *
 * @throws ZosiaError as `readNamedModel`, `writeEfiDisk` and `resolveEfiMachine`
 */
export async function prepareEfiMachine(options: PrepareEfiOptions): Promise<ReadyEfiMachine> {
  const { arch, places, request, folders, sourceDateSeconds, signal } = options;
  await findQemu(arch, folders.searchPath);
  const named = options.model ?? builtInModel(places);
  const read = await readNamedModel(named, request, { signal });
  const { model, settings: asked, notes, takenApart } = read;
  const files = await readEfiDiskFiles(model, { settings: asked });
  const { image: runDisk } = planEfiDisk(files, { sourceDateSeconds });
  const disk = efiDiskPath(places, 'vmdk');
  const kept =
    'gguf' in named
      ? await readNamedModel(named, {}, { takenApart, signal })
      : { model, settings: {} };
  await writeEfiDisk(kept.model, {
    format: 'vmdk',
    out: disk,
    settings: kept.settings,
    sourceDateSeconds,
    signal,
  });
  const { memoryBytes } = model;
  const spec = await resolveEfiMachine(
    { ...options.machine, arch, disk, memoryBytes, signal },
    folders,
  );
  return { spec: withNotes(spec, notes), model, runDisk };
}

/**
 * Decides on the machine that {@link prepareEfiMachine} would make ready. Nothing is written: its disk
 * need not be there yet.
 *
 * @throws ZosiaError as `readNamedModel`, `planEfiDisk` and `resolveEfiMachine`
 */
export async function describeEfiMachine(options: PrepareEfiOptions): Promise<EfiMachineSpec> {
  const { arch, places, request, folders, signal } = options;
  await findQemu(arch, folders.searchPath);
  const disk = { path: efiDiskPath(places, 'vmdk'), format: 'vmdk' } as const;
  const { memoryBytes, notes } = await describeNamed(
    options.model ?? builtInModel(places),
    request,
    signal,
  );
  const spec = await resolveEfiMachine(
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
  return withNotes(spec, notes);
}

const withNotes = (spec: EfiMachineSpec, notes: readonly string[]): EfiMachineSpec =>
  notes.length === 0 ? spec : { ...spec, notes: [...(spec.notes ?? []), ...notes] };

const builtInModel = ({ modelsDir }: Places): NamedGguf => ({
  gguf: undefined,
  search: { modelsDir },
});

interface Described {
  readonly memoryBytes: number;
  readonly notes: readonly string[];
}

/** What the application allocates for files that make a disk. */
async function describeNamed(
  named: CheckpointPaths | NamedGguf,
  request: EfiRequest,
  signal: AbortSignal | undefined,
): Promise<Described> {
  const { model, settings, notes } = await readNamedModel(named, request, { signal });
  planEfiDisk(await readEfiDiskFiles(model, { settings }));
  return { memoryBytes: model.memoryBytes, notes };
}
