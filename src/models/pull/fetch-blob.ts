import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type {
  DownloadedFile,
  DownloadFile,
  DownloadFileOptions,
} from '../../download/remote-file.js';
import { shownAnswerer } from '../../download/place.js';
import { digestBytes } from '../../host/digest.js';
import { hashFiles } from '../../host/hash-files.js';
import { lookAtFile } from '../../host/host-file.js';
import { makeOutputFolder } from '../../host/output-file.js';
import { lockWhenFree } from '../../host/owned-lock.js';
import { ZosiaError } from '../../errors.js';
import { queryDigest } from '../references/canonical-reference.js';
import { requireGgufMagic } from '../check-files.js';
import type { ResolvedFile, ResolvedModel } from '../resolved-model.js';
import type { StoredFile } from '../store/record.js';
import { blobKey, isSameStamp } from '../store/store.js';
import type { ModelStore } from '../store/store.js';

export interface FetchBlobOptions extends Pick<
  DownloadFileOptions,
  'signal' | 'onWait' | 'onNote' | 'hints'
> {
  /** Called with the file's name, the bytes there are of it, and how many there will be. */
  readonly onBytes?:
    ((name: string, doneBytes: number, totalBytes: number | undefined) => void) | undefined;
}

/** What a download in the store is called until it is complete: the same in every process. */
export function partialKey({ sha256, url, name }: ResolvedFile): string {
  if (sha256 !== undefined) return blobKey(sha256);
  const where = `${url.origin}${url.pathname}${queryDigest(url.search)}\n${name}`;
  return `url-${digestBytes(Buffer.from(where, 'utf8')).slice(0, 32)}`;
}

/**
 * Downloads a file, unless it is there. Of two processes that want the same one, the second waits for the first.
 *
 * @param mark is called with its digest before it gets its place: from then on nobody removes it
 * @throws ZosiaError as `DownloadFile`; `ZOSIA_MODEL_NOT_GGUF`, `ZOSIA_MODEL_EMPTY`
 */
export async function fetchBlob(
  store: ModelStore,
  file: ResolvedFile,
  options: FetchBlobOptions & {
    readonly download: DownloadFile;
    readonly kind?: ResolvedModel['source']['kind'] | undefined;
    readonly force?: boolean | undefined;
  },
  mark: (sha256: string) => Promise<void>,
): Promise<{ readonly file: StoredFile; readonly isNew: boolean }> {
  const { fileName, name } = file;
  const { download, force = false, signal, onWait, onNote, onBytes, hints } = options;
  const key = partialKey(file);
  const target = join(store.partialFolder, key);
  const using = await store.marks.use(key, signal);
  try {
    await makeOutputFolder(store.partialFolder);
    // From its first byte until it has its place: the downloader's own lock ends before that.
    const { lock, hasWaited } = await lockWhenFree(`${target}.pull`, {
      signal,
      onWait(pauseMs) {
        onWait?.(`another process downloads ${name}`, pauseMs);
        // The pause between two looks is short; how long it is waited nobody knows.
        onNote?.(`another process downloads ${name}: waiting for it`);
      },
    });
    try {
      // What another process has just downloaded is as good as what is forced anew.
      const there = !force || hasWaited ? await findBlob(store, file, options) : undefined;
      if (there) return { file: there, isNew: false };
      const got = await download(file, target, {
        signal,
        onWait,
        onNote,
        hints,
        wait: true,
        onBytes: (done, total) => onBytes?.(name, done, total),
      });
      if (fileName.endsWith('.gguf')) {
        const { host } = file.url;
        const from = got.from ? shownAnswerer(got.from, host) : host;
        await requireGgufMagic(target, name, from, options.kind);
      }
      await mark(got.sha256);
      return { file: await place(store, target, { ...file, ...got }, options), isNew: true };
    } catch (error) {
      // A complete file that is refused is of no use to the next try.
      await rm(target, { force: true });
      throw error;
    } finally {
      await lock.release();
    }
  } finally {
    await using.takeBack();
  }
}

/**
 * Gives a blob its place; the same one that is there already, under another name of a file, keeps its time. That one
 * is read for it: these bytes have just been found right, and what is known of those may be long past.
 */
async function place(
  store: ModelStore,
  target: string,
  file: ResolvedFile & DownloadedFile,
  {
    force = false,
    signal,
  }: Pick<FetchBlobOptions, 'signal'> & {
    readonly force?: boolean | undefined;
  },
): Promise<StoredFile> {
  const there = force ? undefined : await findBlob(store, file, { signal, isRead: true });
  if (there) {
    await rm(target);
    return there;
  }
  const { role, fileName, sha256 } = file;
  await store.placeBlob(target, sha256);
  const { sizeBytes, mtimeNs } = await lookAtFile(store.blobPath(sha256));
  return { role, fileName, sha256, sizeBytes, stamp: { sizeBytes, mtimeNs } };
}

/**
 * A file that the store has already. It is read whole, unless a name has it with the very time that it has now: its
 * digest was found right then.
 *
 * @param options with `isRead` it is read in any case
 * @returns undefined where it is not there, or not what its name says
 */
export async function findBlob(
  store: ModelStore,
  { role, fileName, name, sha256, sizeBytes: wantedBytes }: ResolvedFile,
  {
    signal,
    onBytes,
    isRead = false,
  }: Pick<FetchBlobOptions, 'signal' | 'onBytes'> & { readonly isRead?: boolean },
): Promise<StoredFile | undefined> {
  if (sha256 === undefined) return undefined;
  const size = await store.blobSize(sha256);
  if (size === undefined || (wantedBytes !== undefined && size !== wantedBytes)) return undefined;
  try {
    const found = await lookAtFile(store.blobPath(sha256));
    const { sizeBytes, mtimeNs } = found;
    const stored = { role, fileName, sha256, sizeBytes, stamp: { sizeBytes, mtimeNs } };
    if (!isRead && (await isKnown(store, stored))) return stored;
    const onProgress = (done: number, total: number): void => onBytes?.(name, done, total);
    const digests = await hashFiles([found], { signal, onProgress });
    return digests.get(found.path) === sha256 ? stored : undefined;
  } catch (error) {
    signal?.throwIfAborted();
    // Removed or changed meanwhile, or not to be read.
    if (error instanceof ZosiaError) return undefined;
    throw error;
  }
}

/** Whether a name has a blob as it is now. */
async function isKnown(store: ModelStore, { sha256, stamp }: StoredFile): Promise<boolean> {
  const files = (await store.list()).flatMap(({ model }) => model?.files ?? []);
  return files.some(
    (file) => file.path === undefined && file.sha256 === sha256 && isSameStamp(file.stamp, stamp),
  );
}
