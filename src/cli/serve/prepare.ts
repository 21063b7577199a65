import { availableParallelism } from 'node:os';
import { cachedPlaces } from '../cached-places.js';
import type { CliContext } from '../context.js';
import { folders } from '../environment.js';
import { withFetchSettings } from '../options/fetch.js';
import { linuxMachineOptions } from '../options/linux.js';
import { modelStore, namedModels } from '../options/models.js';
import { snapshotSettings } from '../options/snapshot.js';
import { chosenArchitecture } from '../options/values.js';
import { chosenWorkers } from '../options/workers.js';
import { say } from '../output/output.js';
import { sayNote } from '../start/start.js';
import { modelToStart } from '../up/named-model.js';
import type { ServeFlags } from './options.js';
import { ZosiaError } from '../../errors.js';
import { MODEL_KINDS } from '../../inspect/models/kind.js';
import { findQemu, hostFreeMiB } from '../../machine/machine.js';
import { isModelHere } from '../../recipes/find-model.js';
import { linuxGuest } from '../../recipes/linux-guest.js';
import { defaultPlaces } from '../../recipes/places.js';
import { KeptMachines } from '../../serve/machines/kept-machines.js';
import { checkServerArguments } from '../../serve/machines/server-arguments.js';
import { decidedMachine } from '../../serve/machines/plan-machine.js';
import type { PlanMachineOptions } from '../../serve/machines/plan-machine.js';
import { noRoom } from '../../serve/machines/room.js';
import { namedEntries } from '../../serve/models/named-entries.js';
import type { ServedEntry } from '../../serve/models/served-entry.js';
import { StoreEntries } from '../../serve/models/store-entries.js';
import { aliasOwners, withAliases } from '../../serve/models/with-aliases.js';
import { option, wording } from '../../wording.js';

/** What is served, and how its machines are made. */
export interface PreparedServe {
  /** The models that there are now. */
  readonly entries: () => Promise<readonly ServedEntry[]>;
  readonly plan: PlanMachineOptions;
  /** What all machines may have together. */
  readonly memoryMiB: number;
}

/**
 * Finds what is to be served, pulls what is not here, and decides how machines are made.
 *
 * @throws ZosiaError as `modelToStart`, `namedEntries`, `aliasOwners` and `checkServerArguments`
 */
export async function prepareServe(
  models: readonly string[],
  serverArgs: readonly string[],
  flags: ServeFlags,
  context: CliContext,
): Promise<PreparedServe> {
  checkServerArguments(serverArgs);
  // Others may be pulled while it runs.
  if (models.length !== 1) requireOneModel(flags);
  const arch = chosenArchitecture(flags.arch);
  await findQemu(arch, folders().searchPath);
  const entries = await servedEntries(models, flags, context);
  const { draft, mmproj, lora, ctx, threads } = flags;
  const owners = aliasOwners(await entries(), flags.alias ?? []);
  const memoryMiB = flags.memory ?? (await hostFreeMiB());
  const chosen = await chosenWorkers(flags);
  const companions = { draft, projector: mmproj, adapters: lora };
  return {
    entries: async () => {
      const all = await entries();
      return withAliases(all, owners).map((entry) => ({ ...entry, companions }));
    },
    memoryMiB,
    plan: {
      prepare: {
        arch,
        places: cachedPlaces(),
        folders: folders(),
        machine: {
          ...linuxMachineOptions({ ...flags, smp: processors(flags) }),
          sharedMiB: memoryMiB,
        },
        contextTokens: ctx,
        role: chosen && 'head',
        split: chosen?.split,
      },
      named: (hold) => namedModels(flags, { hold }),
      dryRun: flags.dryRun,
      workers: chosen?.workers,
      parallel: flags.parallel,
      role: flags.embedding ? 'embedding' : flags.rerank ? 'rerank' : undefined,
      serverArgs: [...(threads === undefined ? [] : ['--threads', String(threads)]), ...serverArgs],
      snapshots: snapshotsOnce(flags),
      onNote: noteOnce(),
      kept: new KeptMachines(),
    },
  };
}

/** What holds for several machines, or each time that one wakes, is said once. */
function noteOnce(): (line: string) => void {
  const said = new Set<string>();
  return (line) => {
    if (said.has(line)) return;
    said.add(line);
    sayNote(line);
  };
}

/** `--fresh` is for the first time that each machine is started. */
function snapshotsOnce(flags: ServeFlags): PlanMachineOptions['snapshots'] {
  const settings = snapshotSettings(flags);
  const started = new Set<string>();
  return (model) => {
    const isFresh = settings.isFresh && !started.has(model);
    started.add(model);
    return { ...settings, isFresh };
  };
}

/** As for any machine; threads that were asked for need as many. */
const processors = ({ smp, threads }: ServeFlags): number | undefined =>
  smp ?? (threads === undefined ? undefined : Math.min(threads, availableParallelism()));

/** Brings the guest of all machines up to date. @throws ZosiaError as `linuxGuest` */
export async function prepareGuest(flags: ServeFlags, context: CliContext): Promise<void> {
  await withFetchSettings(flags, context, async (settings) => {
    await linuxGuest({
      ...settings,
      role: flags.workers === undefined ? undefined : 'head',
      places: cachedPlaces(),
      cacheDir: folders().cacheDirectory,
    });
  });
}

async function servedEntries(
  models: readonly string[],
  flags: ServeFlags,
  context: CliContext,
): Promise<PreparedServe['entries']> {
  if (models.length > 0) {
    const entries = await named(models, flags, context);
    return () => Promise.resolve(entries);
  }
  const store = new StoreEntries(modelStore(flags));
  const stored = await store.list();
  if (flags.verify) {
    const verifying = namedModels(flags, { verify: true, signal: context.signal });
    for (const { name } of stored) await verifying.find(name);
  }
  if (stored.length > 0) return store.list;
  say(
    'zosia: no model has been pulled or added yet: the built-in one is served. zosia model suggest names others',
  );
  const entries = await namedEntries([undefined], { modelsDir: defaultPlaces().modelsDir });
  // Those that are pulled while it runs are served from then on.
  return async () => {
    const stored = await store.list();
    return stored.length > 0 ? stored : entries;
  };
}

async function named(
  models: readonly string[],
  flags: ServeFlags,
  context: CliContext,
): Promise<ServedEntry[]> {
  const { modelsDir } = defaultPlaces();
  const found: (string | undefined)[] = [];
  for (const model of models) {
    const { named, draft } = await modelToStart(model, { ...flags, key: undefined }, context, {
      arch: chosenArchitecture(flags.arch),
      form: 'gguf',
      kinds: MODEL_KINDS,
      modelsDir,
      draft: flags.draft,
      isHere: (name, all) => isModelHere(name, { modelsDir, named: all }),
    });
    flags.draft = draft;
    found.push(named);
  }
  const all = namedModels(flags, { verify: flags.verify, signal: context.signal });
  return namedEntries(found, { modelsDir, named: all });
}

/** @throws ZosiaError `ZOSIA_BAD_OPTION` for what is said of one model where there are several */
function requireOneModel(flags: ServeFlags): void {
  const given = (['draft', 'mmproj', 'lora', 'embedding', 'rerank', 'workers'] as const).find(
    (name) => flags[name] !== undefined,
  );
  if (given === undefined) return;
  throw new ZosiaError(
    'ZOSIA_BAD_OPTION',
    wording`${option(given)} is for one model, and several are served, or may be`,
    { hint: 'Name that model alone; another zosia serve, with another port, can have the others.' },
  );
}

/**
 * Decides on the machines of the models that were named, so that what cannot be is told before anybody asks for it. The
 * guest has to be there.
 *
 * @throws ZosiaError as `decidedMachine`; `ZOSIA_SERVE_TOO_LARGE`
 */
export async function decideMachines(
  models: readonly string[],
  { entries, plan, memoryMiB }: PreparedServe,
  { maxMachines }: ServeFlags,
  { signal }: CliContext,
): Promise<void> {
  // Those of a store come and go: what is wrong with one is told to who asks for it.
  if (models.length === 0) return;
  for (const entry of await entries()) {
    const { ramMiB } = (await decidedMachine(entry, plan, signal)).machine.spec;
    if (ramMiB <= memoryMiB) continue;
    throw noRoom(
      { model: entry.name, neededMiB: ramMiB, usedMiB: 0, machines: 0 },
      { maxMachines, memoryMiB },
    );
  }
}
