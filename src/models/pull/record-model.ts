import { dirname } from 'node:path';
import { lockWhenFree } from '../../host/owned-lock.js';
import { makeOutputFolder } from '../../host/output-file.js';
import type { ResolvedFile, ResolvedModel } from '../resolved-model.js';
import { nameTaken } from '../store/add.js';
import { discardBlobs } from '../store/discard.js';
import { readUnlessDamaged } from '../store/read-unless-damaged.js';
import type { StoredFile, StoredModel, StoredSource } from '../store/record.js';
import { isSameStamp } from '../store/store.js';
import type { ModelStore } from '../store/store.js';
import { isUnwritable } from '../store/folder-fault.js';

/**
 * Writes the record of a model that has been pulled. What its name stands for is looked at once more: another
 * process may have given it to another model while this one was downloaded.
 *
 * @throws ZosiaError `ZOSIA_MODEL_NAME_TAKEN`, unless forced
 */
export async function recordModel(
  store: ModelStore,
  resolved: ResolvedModel,
  pulled: Omit<StoredModel, 'askedAs'>,
  {
    askedAs,
    force = false,
    signal,
  }: {
    readonly askedAs?: string | undefined;
    readonly force?: boolean | undefined;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<StoredModel> {
  const path = store.recordPath(pulled.name);
  await makeOutputFolder(dirname(path));
  const { lock } = await lockWhenFree(`${path}.lock`, { signal });
  try {
    const before = await readUnlessDamaged(store, pulled.name);
    const isOwn = before !== undefined && isOfSameSource(before, resolved);
    if (before && !isOwn && !force) throw nameTaken(before);
    // What earlier words meant are other bytes, where a file has been replaced.
    const isSame = isOwn && digestsOf(before.files) === digestsOf(pulled.files);
    const model = { ...pulled, askedAs: words(isSame ? before.askedAs : [], askedAs) };
    await store.write(model);
    // What an earlier revision had is of no name any more.
    await discardBlobs(store, before ? blobDigests(before) : []);
    return model;
  } finally {
    await lock.release();
  }
}

/**
 * Whether a name stands for the same files of the same source, in whatever revision. What another hub has under the
 * same names is the same if it has the same digests. A projector may be beside a model in one revision, and not in
 * another, or be left out.
 */
export const isOfSameSource = (
  { source, reference, files }: StoredModel,
  resolved: ResolvedModel,
): boolean =>
  (mayBeOfSameHub(source, resolved.source) || hasSameDigests(files, resolved.files)) &&
  source.kind === resolved.source.kind &&
  source.repository === resolved.source.repository &&
  pathIn(reference) === pathIn(resolved.reference) &&
  ownNames(files) === ownNames(resolved.files);

const ownNames = (files: readonly Pick<StoredFile, 'role' | 'fileName'>[]): string =>
  files.flatMap(({ role, fileName }) => (role === 'projector' ? [] : [fileName])).join('/');

/** Of what was pulled by an earlier version, or has come from a cache, nobody knows which hub it is from. */
const mayBeOfSameHub = (one: StoredSource, other: StoredSource): boolean =>
  one.hubUrl === undefined || other.hubUrl === undefined || one.hubUrl === other.hubUrl;

const hasSameDigests = (
  files: readonly StoredFile[],
  others: readonly Pick<ResolvedFile, 'sha256'>[],
): boolean =>
  files.length === others.length &&
  files.every(({ sha256 }, index) => sha256 === others[index]!.sha256);

/**
 * What is known of a model that is here, once its source has been asked again, and has the same. What another hub says
 * changes nothing of where it is from; whose hub is not known gets that which tells the same of the same revision.
 */
export function learned(before: StoredModel, resolved: ResolvedModel): StoredModel {
  const { source, reference } = resolved;
  if (!mayBeOfSameHub(before.source, source)) return before;
  const isUnknown = before.source.kind === 'hub' && before.source.hubUrl === undefined;
  const isSame =
    source.revision !== undefined &&
    source.revision === before.source.revision &&
    hasSameDigests(before.files, resolved.files);
  return { ...before, reference, ...(isUnknown && isSame && { source }) };
}

/** The path of the first file in a reference to the hub: folders of a repository may have files of one name. */
const pathIn = (reference: string | undefined): string | undefined =>
  reference?.startsWith('hf:') ? reference.split('/').slice(2).join('/') : undefined;

const digestsOf = (files: readonly StoredFile[]): string =>
  files.map(({ sha256 }) => sha256).join('/');

const blobDigests = ({ files }: StoredModel): string[] =>
  files.flatMap(({ path, sha256 }) => (path === undefined ? [sha256] : []));

function words(before: readonly string[], asked: string | undefined): readonly string[] {
  return asked === undefined ? before : [...new Set([...before, asked])];
}

/** @param before what its record has */
export async function rememberWords(
  store: ModelStore,
  before: StoredModel,
  model: StoredModel,
  asked: string | undefined,
): Promise<StoredModel> {
  const askedAs = words(model.askedAs, asked);
  if (askedAs.length === model.askedAs.length && model.source === before.source) return model;
  const remembered = { ...model, askedAs };
  try {
    await store.write(remembered);
    return remembered;
  } catch (error) {
    // All of the model is there: a store that cannot be written to does not learn what else it is called.
    if (isUnwritable(error)) return model;
    throw error;
  }
}

/** A file that has been downloaded anew has another time: all names that have it know that one from now on. */
export async function restamp(store: ModelStore, { name, files }: StoredModel): Promise<void> {
  const stamps = new Map(
    files.flatMap(({ path, sha256, stamp }) =>
      path === undefined ? [[sha256, stamp] as const] : [],
    ),
  );
  for (const { model } of await store.list()) {
    if (!model || model.name === name) continue;
    const updated = model.files.map((file) => {
      const stamp = file.path === undefined ? stamps.get(file.sha256) : undefined;
      return stamp && !isSameStamp(stamp, file.stamp) ? { ...file, stamp } : file;
    });
    if (updated.every((file, index) => file === model.files[index])) continue;
    await store.write({ ...model, files: updated });
  }
}
