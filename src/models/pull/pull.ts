import { ZosiaError } from '../../errors.js';
import type { DownloadFile } from '../../download/remote-file.js';
import { findCachedBlob } from '../caches/caches.js';
import type { CacheFolders } from '../caches/cached-model.js';
import { nameFor } from '../catalogue-name.js';
import { checkPulled } from './check-pulled.js';
import { fetchBlob, findBlob } from './fetch-blob.js';
import type { FetchBlobOptions } from './fetch-blob.js';
import { requireAllFiles, requireRoom } from './pull-checks.js';
import type { ModelForm } from '../resolve/resolve-entry.js';
import type { ResolvedFile, ResolvedModel } from '../resolved-model.js';
import { adoptFile } from './adopt-file.js';
import {
  asLeftOut,
  leftOutNote,
  unusableDownload,
  unusableProjector,
  withoutLeftOut,
} from './left-out.js';
import type { UnusableFile } from './left-out.js';
import { withMarks } from './mark-set.js';
import type { MarkSet } from './mark-set.js';
import { nameTaken } from '../store/add.js';
import { checkedName } from '../store/name.js';
import { pinDiffers, readPin, writePin } from '../store/pins.js';
import { readUnlessDamaged } from '../store/read-unless-damaged.js';
import { discardBlobs } from '../store/discard.js';
import type { StoredFile, StoredModel } from '../store/record.js';
import { blobKey } from '../store/store.js';
import type { ModelStore } from '../store/store.js';
import { isOfSameSource, learned, recordModel, rememberWords, restamp } from './record-model.js';
import { referenceWord, shownReference } from '../references/reference-error.js';

export interface PullOptions extends FetchBlobOptions {
  readonly download: DownloadFile;
  /** Another name than the reference's own. */
  readonly name?: string | undefined;
  /** What the user called it: the same words find it without a network from then on. */
  readonly askedAs?: string | undefined;
  /** Takes what other programs have of it. */
  readonly caches?: CacheFolders | undefined;
  /** Called before anything is downloaded, where something is to be: it may refuse the model. */
  readonly beforeDownload?:
    ((model: ResolvedModel, downloadBytes: number) => Promise<void>) | undefined;
  /** Downloads what is there already, takes another model's name, and another file than the pinned one. */
  readonly force?: boolean | undefined;
}

/** What a pull has come to. */
export interface PulledModel {
  readonly model: StoredModel;
  /** False where all of it was there. */
  readonly isNew: boolean;
  readonly downloadedBytes: number;
  /** Files that were taken from where another program has them. */
  readonly adopted: readonly string[];
}

/**
 * Brings a model into the store: what is not there, and in no cache of another program, is downloaded, verified,
 * and looked at. The name is there once all of it is. Of two at once one downloads, and both come to the same. A
 * projector that cannot be used is left out, with a note: the model is of use without it.
 *
 * @throws ZosiaError `ZOSIA_MODEL_PART_MISSING`, `ZOSIA_MODEL_NAME_TAKEN`, `ZOSIA_MODEL_PIN_DIFFERS`,
 * `ZOSIA_MODEL_NOT_GGUF`, `ZOSIA_DISK_FULL`; as `DownloadFile` and `checkModelFiles`; the signal's reason
 */
export async function pullModel(
  store: ModelStore,
  resolved: ResolvedModel,
  options: PullOptions,
): Promise<PulledModel> {
  const { force = false, onNote } = options;
  const name = checkedName(nameFor(resolved, options.name));
  requireAllFiles(resolved);
  const before = await readUnlessDamaged(store, name);
  const usable = withoutLeftOut(resolved, force ? undefined : before);
  const wanted = await pinnedFiles(store, usable.resolved, force);
  const pinned = { ...resolved, files: wanted };
  if (before && !force && !isOfSameSource(before, pinned)) throw nameTaken(before);
  for (const note of resolved.notes ?? []) onNote?.(note);
  for (const { fileName } of usable.leftOut) onNote?.(leftOutNote(fileName));
  const kept = before && !force ? await keptFiles(store, before, wanted) : undefined;
  if (before && kept) {
    return {
      model: await rememberWords(store, before, learned(before, pinned), options.askedAs),
      isNew: false,
      downloadedBytes: 0,
      adopted: [],
    };
  }
  const take = async (marks: MarkSet): Promise<PulledModel> => {
    const got = await takeFiles(store, pinned, options, marks);
    const files = got.taken.map(({ file }) => file);
    // Nothing is kept of what is no model.
    const discard = async (error: unknown): Promise<never> => {
      await marks.takeBackAll();
      await discardBlobs(store, got.downloaded);
      throw error;
    };
    const located = files.map((file) => ({ ...file, path: store.pathOf(file) }));
    const ofSource = got.taken.map(({ wanted: of }) => of);
    const facts = await checkPulled(located, ofSource).catch(discard);
    for (const { wanted: of, file } of got.taken) await writePin(store, resolved, of, file.sha256);
    const { reference, source, licence } = resolved;
    const leftOut = [...usable.leftOut, ...got.unusable.map(asLeftOut)];
    const model = await recordModel(
      store,
      pinned,
      {
        name,
        reference,
        source,
        licence,
        files,
        facts,
        ...(leftOut.length > 0 && { leftOut }),
      },
      options,
    ).catch(discard);
    if (got.downloaded.length > 0) await restamp(store, model);
    for (const { wanted: of, because, file } of got.unusable) {
      onNote?.(leftOutNote(of.name, because));
      if (!file || !got.downloaded.includes(file.sha256)) continue;
      await marks.takeBack(blobKey(file.sha256));
      await discardBlobs(store, [file.sha256]);
    }
    const adopted = files.flatMap(({ path }) => path ?? []);
    return { model, isNew: true, downloadedBytes: got.downloadedBytes, adopted };
  };
  return store.writing(() => withMarks(take));
}

interface TakenFile {
  readonly wanted: ResolvedFile;
  readonly file: StoredFile;
}

interface Taken {
  readonly taken: readonly TakenFile[];
  readonly unusable: readonly UnusableFile[];
  readonly downloadedBytes: number;
  /** The digests of what has been downloaded. */
  readonly downloaded: readonly string[];
}

async function takeFiles(
  store: ModelStore,
  resolved: ResolvedModel,
  options: PullOptions,
  marks: MarkSet,
): Promise<Taken> {
  const { force = false, signal } = options;
  for (const { sha256 } of resolved.files) {
    if (sha256 !== undefined) await marks.add(store, blobKey(sha256), signal);
  }
  const there = new Map<ResolvedFile, StoredFile>();
  for (const wanted of force ? [] : resolved.files) {
    const file = (await findBlob(store, wanted, options)) ?? (await adopt(wanted, options));
    if (file) there.set(wanted, file);
  }
  // A file that is there, but wrong, takes room until the right one replaces it.
  const missing = resolved.files.filter((file) => !there.has(file));
  const downloadBytes = await requireRoom(store, missing, true);
  if (downloadBytes > 0) await options.beforeDownload?.(resolved, downloadBytes);
  const taken: TakenFile[] = [];
  const unusable: UnusableFile[] = [];
  const downloaded: string[] = [];
  let downloadedBytes = 0;
  for (const wanted of resolved.files) {
    const mark = (sha256: string): Promise<void> => marks.add(store, blobKey(sha256), signal);
    const got = there.has(wanted)
      ? { file: there.get(wanted)!, isNew: false }
      : await fetchBlob(store, wanted, { ...options, kind: resolved.source.kind }, mark).catch(
          (error: unknown) => {
            const noProjector = unusableDownload(wanted, error);
            if (!noProjector) throw error;
            unusable.push(noProjector);
          },
        );
    if (!got) continue;
    const { file, isNew } = got;
    if (isNew) {
      downloaded.push(file.sha256);
      downloadedBytes += file.sizeBytes;
    }
    const noProjector =
      wanted.role === 'projector' ? await unusableProjector(store, wanted, file) : undefined;
    if (noProjector) unusable.push(noProjector);
    else taken.push({ wanted, file });
  }
  return { taken, unusable, downloadedBytes, downloaded };
}

/** Takes a file from where another program has it. */
async function adopt(file: ResolvedFile, options: PullOptions): Promise<StoredFile | undefined> {
  const { sha256, sizeBytes } = file;
  if (sha256 === undefined || options.caches === undefined) return undefined;
  const path = await findCachedBlob(options.caches, { sha256, sizeBytes });
  return path === undefined ? undefined : adoptFile(file, path, options);
}

/** The files with the digests that their source has said before, where it says none now. */
async function pinnedFiles(
  store: ModelStore,
  resolved: ResolvedModel,
  force: boolean,
): Promise<ResolvedFile[]> {
  return Promise.all(
    resolved.files.map(async (file) => {
      const pin = force ? undefined : await readPin(store, resolved, file);
      if (pin === undefined || pin === file.sha256) return file;
      if (file.sha256 !== undefined) throw pinDiffers(file, pin, file.sha256);
      return { ...file, sha256: pin };
    }),
  );
}

/** The files of a name, if they are all there and the wanted ones. */
async function keptFiles(
  store: ModelStore,
  { files, source }: StoredModel,
  wanted: readonly ResolvedFile[],
): Promise<readonly StoredFile[] | undefined> {
  if (files.length !== wanted.length) return undefined;
  for (const [index, file] of files.entries()) {
    const { sha256, fileName } = wanted[index]!;
    // Without digest and revision only the source could tell whether it has changed.
    const isSame = sha256 === undefined ? source.revision !== undefined : sha256 === file.sha256;
    if (!isSame || fileName !== file.fileName) return undefined;
    if ((await store.stateOf(file)) !== 'there') return undefined;
  }
  return files;
}

/**
 * The error when something has to be downloaded and may not be.
 *
 * @param name what the user called it: a file of it alone cannot be pulled
 * @param form of a name of the catalogue: the form that is wanted
 */
export function offlineWithout(name: string, form?: ModelForm): ZosiaError {
  const word = referenceWord(name);
  const command =
    form === 'checkpoint' ? `zosia model pull ${word} --checkpoint` : `zosia model pull ${word}`;
  return new ZosiaError(
    'ZOSIA_OFFLINE',
    `the model ${shownReference(name)} is not on this host, and nothing may be downloaded`,
    { hint: `With a network: ${command}` },
  );
}
