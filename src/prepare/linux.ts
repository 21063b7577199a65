import type { Image } from '../image/image.js';
import { findQemu, requireKernel, resolveLinuxMachine } from '../machine/machine.js';
import type { LinuxMachineOptions, ModelMemory, RunRequest } from '../machine/machine.js';
import { linuxGuest } from '../recipes/linux-guest.js';
import type { LinuxGuestOptions } from '../recipes/linux-guest.js';
import { readCompanion, readModel } from '../recipes/model.js';
import type { Companion, Model } from '../recipes/model.js';
import type { ModelSearch } from '../recipes/find-model.js';
import type { Companions } from '../recipes/disk-entries.js';
import { planModelDisk, writeModelDisk } from '../recipes/model-disk.js';
import { describeModel, kvCacheBytes } from '../formats/gguf/model-info.js';
import type { MemoryFacts } from '../formats/gguf/model-info.js';
import { contextNotes, modelNeeds } from '../recipes/model-memory.js';
import { bootedFiles, modelDiskPath } from '../recipes/places.js';
import { speculationArguments } from '../recipes/speculation.js';
import type { NgramSpeculation } from '../recipes/ngram-speculation.js';
import type { CompanionKind, ModelKind } from '../inspect/models/kind.js';
import type { HostFolders } from '../host/host-folders.js';
import type { NamedModels } from '../models/named-models.js';
import type { MachineWithDisk } from './run-disk.js';

export interface PrepareLinuxOptions extends Omit<LinuxGuestOptions, 'cacheDir'> {
  /** A GGUF by path, or by name in the models folder; undefined is the built-in one. */
  readonly model: string | undefined;
  /** Where else names are looked for: models that have been pulled, and those of other programs. */
  readonly named?: NamedModels | undefined;
  /** Length of the context in tokens; at most 4096 unless given, or less if the model has less. */
  readonly contextTokens?: number | undefined;
  /** How much of a model this machine holds, of which others hold the rest; all of it unless given. */
  readonly split?: SplitModel | undefined;
  /** What the model may be; a language model unless given. */
  readonly kinds?: readonly ModelKind[] | undefined;
  /** A smaller model that drafts for it, found as the model is; see `draftMisfit` for which may. */
  readonly draft?: string | undefined;
  /** What lets it see or hear, found as the model is. */
  readonly projector?: string | undefined;
  /** LoRA adapters, found as the model is, and applied in this order. */
  readonly adapters?: readonly string[] | undefined;
  /** How tokens are guessed from the text so far. */
  readonly speculate?: NgramSpeculation | undefined;
  /** How many requests are answered at once, each with a context of its own; one unless given. */
  readonly slots?: number | undefined;
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
        | 'sharedMiB'
      >
    | undefined;
  readonly folders: HostFolders;
}

/**
 * @param contextTokens of all requests together
 * @returns what the machine holds itself, and what llama.cpp is told of that
 */
export type SplitModel = (
  model: Model,
  contextTokens: number,
) => {
  readonly weightBytes: number;
  readonly kvCacheBytes: number;
  readonly llamaArgs: readonly string[];
};

/** A machine, and the arguments for llama.cpp that go with its model. */
export interface DescribedLinuxMachine extends MachineWithDisk {
  readonly model: Model;
  readonly llamaArgs: RunRequest['args'];
  /** Length of the context of one request. */
  readonly contextTokens: number;
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
  const models = await readModels(options);
  if (options.machine?.kernel !== undefined) await requireKernel(options.machine.kernel);
  await linuxGuest({ ...options, cacheDir: folders.cacheDirectory });
  const { image: runDisk } = await writeModelDisk(models.model, {
    ...models,
    format: 'vmdk',
    out: modelDiskPath(places, 'vmdk'),
    signal,
  });
  return { ...(await decide(models, options, { disk: 'written' })), runDisk };
}

/**
 * As {@link prepareLinuxMachine}, for a guest that is there: nothing is fetched, built or written, so that several
 * machines may be decided on at once.
 *
 * @param dryRun the guest need not be there
 * @throws ZosiaError as `readModel`, `planModelDisk` and `resolveLinuxMachine`
 */
export async function planLinuxMachine(
  options: PrepareLinuxOptions,
  dryRun = false,
): Promise<ReadyLinuxMachine> {
  const models = await readModels(options);
  const runDisk = planModelDisk(models.model, models);
  const disk = dryRun ? 'planned' : 'lent';
  return { ...(await decide(models, options, { disk })), runDisk };
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
  const models = await readModels(options);
  planModelDisk(models.model, models);
  return decide(models, options, { disk: 'planned' });
}

/** A model, and what goes with it. */
interface Models extends Companions {
  readonly model: Model;
}

async function readModels(options: PrepareLinuxOptions): Promise<Models> {
  const { model, draft, projector, adapters = [] } = options;
  const search = modelSearch(options);
  const read = (name: string | undefined, kind: CompanionKind) =>
    name === undefined ? undefined : readCompanion(name, kind, search);
  return {
    model: await readModel(model, search, options.kinds),
    draft: await read(draft, 'draft'),
    projector: await read(projector, 'projector'),
    adapters: await Promise.all(adapters.map((name) => readCompanion(name, 'adapter', search))),
  };
}

const modelSearch = ({ places, named }: PrepareLinuxOptions): ModelSearch => ({
  modelsDir: places.modelsDir,
  named,
});

/** Where the model disk is: written; not there in a dry run, as all else; or lent for each run alone. */
type DiskState = 'written' | 'planned' | 'lent';

async function decide(
  { model, draft, projector, adapters = [] }: Models,
  options: PrepareLinuxOptions,
  { disk }: { readonly disk: DiskState },
): Promise<DescribedLinuxMachine> {
  const dryRun = disk === 'planned';
  const { arch, places, kernel, role, folders, signal } = options;
  const { contextTokens, slots, speculate: ngram } = options;
  const { memory, llamaArgs } = modelNeeds(model.info, {
    contextTokens,
    slots,
    companionBytes: totalBytes([draft, projector, ...adapters]),
    draft: draft && describeModel(draft.header),
  });
  const allTokens = memory.contextTokens * (slots ?? 1);
  const share = options.split?.(model, allTokens);
  const spec = await resolveLinuxMachine(
    {
      ...options.machine,
      arch,
      dryRun,
      disk: disk === 'lent' ? undefined : modelDiskPath(places, 'vmdk'),
      model: share
        ? heldMemory(memory, model.info, { ...share, contextTokens: allTokens })
        : memory,
      signal,
      defaults: bootedFiles(places, arch, {
        kernel,
        uefi: options.machine?.uefi,
        isLayered: options.base !== undefined,
        role,
      }),
      arePlanned: dryRun,
    },
    folders,
  );
  const notes = [...(spec.notes ?? []), ...contextNotes(model.info, contextTokens)];
  return {
    spec: { ...spec, notes, modelName: model.name },
    model,
    contextTokens: memory.contextTokens,
    llamaArgs: [
      ...llamaArgs,
      ...(share?.llamaArgs ?? []),
      ...speculationArguments({ hasDraft: draft !== undefined, ngram }),
    ],
    mapsDisks: options.machine?.kernel === undefined,
  };
}

const totalBytes = (files: readonly (Companion | undefined)[]): number =>
  files.reduce((sum, file) => sum + (file?.sizeBytes ?? 0), 0);

/** The memory of a machine that holds a share of its model, beside all that goes with it. */
const heldMemory = (
  all: ModelMemory,
  model: MemoryFacts,
  { weightBytes, kvCacheBytes: cacheBytes, contextTokens }: HeldShare,
): ModelMemory => ({
  ...all,
  weightBytes: all.weightBytes - model.weightBytes + weightBytes,
  kvCacheBytes: all.kvCacheBytes - kvCacheBytes(model, contextTokens) + cacheBytes,
});

type HeldShare = ReturnType<SplitModel> & { readonly contextTokens: number };
