import { gatheredFolder } from '../inspect/models/host-folder.js';
import { MODEL_KINDS } from '../inspect/models/kind.js';
import { describeParts, readModelParts } from '../inspect/models/parts.js';
import type { CachedModel } from './caches/cached-model.js';
import { isVerifiedBeforehand } from './known-beforehand.js';
import type { ModelOrigin } from './located-model.js';
import type { NamedModels } from './named-models.js';
import type { StoredModelFacts } from './store/record.js';
import { blobKey } from './store/store.js';
import type { FileState, ModelStore, StoreEntry } from './store/store.js';

/** A model by its name, as a list has it. */
export interface ListedModel {
  readonly name: string;
  readonly origin: ModelOrigin;
  /** Where it came from: a reference, or the path of the file that was added; undefined where that is not known. */
  readonly from: string | undefined;
  /** The address of the hub that it was pulled from; undefined for what is of none, or where that is not known. */
  readonly hubUrl?: string | undefined;
  readonly sizeBytes: number | undefined;
  readonly facts: StoredModelFacts;
  /** `damaged` is a record that cannot be read. */
  readonly state: FileState | 'damaged';
  readonly isInUse: boolean;
  /**
   * Of a model of the catalogue: whether its digest was known beforehand. False where the hub's word was taken at its
   * first pull.
   */
  readonly verified?: boolean | undefined;
  /** Absolute paths. */
  readonly paths: readonly string[];
}

/** All names of the store, then those of other programs' caches, each sorted. */
export async function listModels(models: NamedModels): Promise<ListedModel[]> {
  const entries = await models.store.list();
  const uses = new Map<string, Promise<boolean>>();
  // Once for each blob: a look also removes marks of the dead, and two at once would see each other's half of that.
  const isUsed = (sha256: string): Promise<boolean> => {
    const known = uses.get(sha256) ?? models.store.marks.isUsed(blobKey(sha256));
    uses.set(sha256, known);
    return known;
  };
  const stored = await Promise.all(entries.map((entry) => listed(models.store, entry, isUsed)));
  const cached = await Promise.all((await models.cached()).map(listedCached));
  return [...stored, ...cached];
}

async function listed(
  store: ModelStore,
  { name, model }: StoreEntry,
  isUsed: (sha256: string) => Promise<boolean>,
): Promise<ListedModel> {
  if (!model) {
    const nothing = { from: undefined, sizeBytes: undefined, facts: {}, paths: [] };
    return { name, origin: 'store', ...nothing, state: 'damaged', isInUse: false };
  }
  const { reference, source, files, facts } = model;
  const states = await Promise.all(files.map((file) => store.stateOf(file)));
  const uses = await Promise.all(
    files.map(async ({ path, sha256 }) => (path === undefined ? isUsed(sha256) : false)),
  );
  return {
    name,
    origin: 'store',
    from: reference ?? source.repository,
    hubUrl: source.hubUrl,
    sizeBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    facts,
    state:
      states.find((state) => state === 'gone') ??
      states.find((state) => state === 'changed') ??
      'there',
    isInUse: uses.includes(true),
    verified: isVerifiedBeforehand(model),
    paths: files.map((file) => store.pathOf(file)),
  };
}

async function listedCached({ name, origin, files, sizeBytes }: CachedModel): Promise<ListedModel> {
  const parts = files.filter(({ role }) => role === 'model');
  const folder = gatheredFolder(new Map(parts.map(({ fileName, path }) => [fileName, path])));
  // What another program has need not be a model that can be run: it is listed all the same.
  const info = await readModelParts(parts[0]!.fileName, folder, MODEL_KINDS).then(
    describeParts,
    () => undefined,
  );
  const facts: StoredModelFacts = info
    ? {
        architecture: info.architecture,
        quantisation: info.quantisation,
        parameterCount: info.parameterCount,
      }
    : {};
  const paths = files.map(({ path }) => path);
  return { name, origin, from: undefined, sizeBytes, facts, state: 'there', isInUse: false, paths };
}
