import type { Architecture } from '../artifacts/architectures.js';
import { overrideSettings } from '../formats/llama2c/settings/settings.js';
import type { EfiSettings } from '../formats/llama2c/settings/settings.js';
import type { Image } from '../image/image.js';
import { findQemu, resolveEfiMachine } from '../machine/machine.js';
import type { HostFolders } from '../host/host-folders.js';
import type { EfiMachineOptions, EfiMachineSpec } from '../machine/machine.js';
import { planEfiDisk, writeEfiDisk } from '../recipes/efi/disk.js';
import { readEfiDiskFiles } from '../recipes/efi/entries.js';
import type { EfiDiskModel } from '../recipes/efi/entries.js';
import { embeddedCheckpoint, embeddedCheckpointMemory } from '../recipes/embedded-checkpoint.js';
import type { CheckpointPaths } from '../recipes/embedded-checkpoint.js';
import { refuseGgufSettings } from '../recipes/efi/checkpoint-settings.js';
import { efiDiskPath, efiModelDir } from '../recipes/places.js';
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
 * Checks a checkpoint and its tokenizer against each other, writes the disk that refers to them, plans one
 * for this run, and decides on the machine.
 *
 * @throws ZosiaError as `embeddedCheckpoint`, `readEfiModel`, `writeEfiDisk` and `resolveEfiMachine`
 */
export async function prepareEfiMachine(options: PrepareEfiOptions): Promise<ReadyEfiMachine> {
  const { arch, places, request, folders, sourceDateSeconds, signal } = options;
  await findQemu(arch, folders.searchPath);
  const built = options.model ? undefined : await builtInModel(places, signal);
  const named = options.model ?? built!.model;
  const settings = built?.settings ?? {};
  const {
    model,
    settings: asked,
    notes,
    takenApart,
  } = await readNamedModel(
    named,
    { ...overrideSettings(settings, request), tokens: request.tokens },
    { signal },
  );
  const files = await readEfiDiskFiles(model, { settings: asked });
  const { image: runDisk } = planEfiDisk(files, { sourceDateSeconds });
  const disk = efiDiskPath(places, 'vmdk');
  const kept =
    'gguf' in named
      ? await readNamedModel(named, settings, { takenApart, signal })
      : { model, settings };
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
 * @throws ZosiaError as `embeddedCheckpointMemory`, `readEfiModel`, `planEfiDisk` and `resolveEfiMachine`
 */
export async function describeEfiMachine(options: PrepareEfiOptions): Promise<EfiMachineSpec> {
  const { arch, places, model: named, request, folders, signal } = options;
  await findQemu(arch, folders.searchPath);
  const disk = { path: efiDiskPath(places, 'vmdk'), format: 'vmdk' } as const;
  const { memoryBytes, notes } = named
    ? await describeNamed(named, request, signal)
    : await describeBuiltIn(request);
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

/**
 * The built-in model as the EFI machine gets it: as a checkpoint, made of its GGUF. To have it run as the GGUF that
 * it is, this and `describeBuiltIn` are all that changes.
 */
async function builtInModel(
  places: Places,
  signal: AbortSignal | undefined,
): Promise<{ readonly model: CheckpointPaths | NamedGguf; readonly settings: EfiSettings }> {
  const { settings, ...model } = await embeddedCheckpoint(efiModelDir(places), { signal });
  return { model, settings };
}

/** {@link builtInModel} without a file that is written. */
async function describeBuiltIn({ tokens, ...asked }: EfiRequest): Promise<Described> {
  refuseGgufSettings(asked);
  return { memoryBytes: await embeddedCheckpointMemory({ ...asked, steps: tokens }), notes: [] };
}

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
