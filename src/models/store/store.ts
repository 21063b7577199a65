import { readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ZosiaError, systemErrorCode } from '../../errors.js';
import { nameOfFileKind } from '../../host/file-errors.js';
import { stampOf } from '../../host/file-stamp.js';
import { makeOutputFolder, writeOutput } from '../../host/output-file.js';
import { removeAbandonedLock } from '../../host/owned-lock.js';
import { removeAbandoned } from '../../host/temporary.js';
import { readTextFile } from '../../host/text-file.js';
import type { FileStamp } from '../../image/image.js';
import { requireFolder, unreadableStore, unwritableStore } from './folder-fault.js';
import { UseMarks } from './marks.js';
import { checkedName, fileNameFor } from './name.js';
import { withOwnBlobs } from './own-files.js';
import { formatRecord, parseRecord, recordDamaged } from './record.js';
import type { StoredFile, StoredModel } from './record.js';

/** A name of the store: with what is known of it, or with what is wrong with its record. */
export type StoreEntry =
  | { readonly name: string; readonly path: string; readonly model: StoredModel }
  | {
      readonly name: string;
      readonly path: string;
      readonly model?: undefined;
      readonly problem: ZosiaError;
      /** The digests that its text mentions: blobs that it may have had. */
      readonly mentions: readonly string[];
    };

/** How a file of a model is found now. */
export type FileState = 'there' | 'gone' | 'changed';

const RECORD_ENDING = '.json';
/** The lock of a record, or of the right to replace it. */
const LOCK_NAME = /^(.*\.json\.lock)(?:\.|$)/;
const BLOB_NAME = /^sha256-([0-9a-f]{64})$/;

/**
 * Models in a folder. Files lie under their digests in `blobs`, complete ones alone; beside them in `names` a
 * record for each name, and in `partial` what is being downloaded. Nothing is kept in memory: other processes
 * change the folder, too.
 */
export class ModelStore {
  readonly marks: UseMarks;

  constructor(readonly folder: string) {
    this.marks = new UseMarks(join(folder, 'marks'));
  }

  get blobsFolder(): string {
    return join(this.folder, 'blobs');
  }

  get partialFolder(): string {
    return join(this.folder, 'partial');
  }

  get pinsFolder(): string {
    return join(this.folder, 'pins');
  }

  blobPath(sha256: string): string {
    return join(this.blobsFolder, blobKey(sha256));
  }

  recordPath(name: string): string {
    return join(this.#names, `${fileNameFor(name)}${RECORD_ENDING}`);
  }

  /** Where a file of a model lies. */
  pathOf({ path, sha256 }: StoredFile): string {
    return path ?? this.blobPath(sha256);
  }

  /**
   * What is known of a name.
   *
   * @returns undefined where there is none
   * @throws ZosiaError `ZOSIA_MODEL_RECORD_DAMAGED`, `ZOSIA_FILE_UNREADABLE`, `ZOSIA_MODEL_STORE_UNREADABLE`
   */
  async read(name: string): Promise<StoredModel | undefined> {
    const path = this.recordPath(name.normalize('NFC'));
    const text = await readIfThere(path).catch(async (error: unknown) => {
      throw await unreadableStore(this.folder, error);
    });
    if (text !== undefined) return await this.#parse(text, path);
    await this.requireFolder();
    return undefined;
  }

  /** All names, sorted; those whose records are damaged, too. */
  async list(): Promise<StoreEntry[]> {
    await this.requireFolder();
    const files = await readdir(this.#names).catch(async (error: unknown) => {
      if (systemErrorCode(error) === 'ENOENT') return [];
      throw await unreadableStore(this.#names, error);
    });
    const entries: StoreEntry[] = [];
    for (const file of files) {
      if (!file.endsWith(RECORD_ENDING) || file.startsWith('.')) continue;
      const entry = await this.#entry(file);
      if (entry) entries.push(entry);
    }
    return entries.sort((one, other) => compareText(one.name, other.name));
  }

  /**
   * Refuses a folder that is none or cannot be read, rather than taking it for a store without models.
   *
   * @throws ZosiaError `ZOSIA_MODEL_STORE_UNREADABLE`
   */
  requireFolder(): Promise<void> {
    return requireFolder(this.folder);
  }

  /** Does what writes to the store. @throws ZosiaError `ZOSIA_MODEL_STORE_UNWRITABLE`, and what it throws */
  async writing<T>(write: () => Promise<T>): Promise<T> {
    try {
      return await write();
    } catch (error) {
      throw await unwritableStore(this.folder, error);
    }
  }

  /**
   * Writes a record, in the place of one of the same name.
   *
   * @throws ZosiaError `ZOSIA_MODEL_BAD_NAME`, `ZOSIA_MODEL_STORE_UNWRITABLE`, `ZOSIA_DISK_FULL`
   */
  async write(model: StoredModel): Promise<void> {
    const name = checkedName(model.name);
    const text = formatRecord({ ...model, name });
    await this.writing(() => writeOutput(this.recordPath(name), text));
  }

  /** Removes a record, whatever is in it, or in its place. */
  async removeRecord(path: string): Promise<void> {
    await rm(path, { recursive: true, force: true });
  }

  /** Removes a blob, or what is in its place. */
  async removeBlob(sha256: string): Promise<void> {
    await rm(this.blobPath(sha256), { recursive: true, force: true });
  }

  /** The digests of the blobs there are. */
  async blobs(): Promise<string[]> {
    const names = await readdir(this.blobsFolder).catch(() => []);
    return names.flatMap((name) => BLOB_NAME.exec(name)?.[1] ?? []).sort();
  }

  /** Gives a file that is complete and verified its place; it lies in this store. */
  async placeBlob(from: string, sha256: string): Promise<void> {
    await makeOutputFolder(this.blobsFolder);
    // Over a file it takes its place at once; over a folder it could not.
    if ((await this.blobSize(sha256)) === undefined) await this.removeBlob(sha256);
    await rename(from, this.blobPath(sha256));
  }

  /** How long a blob is; undefined where it is not there. */
  async blobSize(sha256: string): Promise<number | undefined> {
    const found = await stat(this.blobPath(sha256)).catch(() => undefined);
    return found?.isFile() ? found.size : undefined;
  }

  /** Whether a file is as it was when its digest was found right; it is not read. */
  async stateOf(file: StoredFile): Promise<FileState> {
    const found = await stat(this.pathOf(file), { bigint: true }).catch(() => undefined);
    if (!found?.isFile()) return 'gone';
    return isSameStamp(stampOf(found), file.stamp) ? 'there' : 'changed';
  }

  /** The names that have a blob; a damaged record has those that its text mentions. */
  async namesOf(sha256: string): Promise<string[]> {
    const entries = await this.list();
    return entries.filter((entry) => blobsOf(entry).includes(sha256)).map(({ name }) => name);
  }

  /** Removes what processes that were killed have left: temporary files, locks of names, and marks. */
  async sweep(): Promise<void> {
    const folders = [this.blobsFolder, this.partialFolder, this.pinsFolder, this.#names];
    await Promise.all(folders.map((folder) => removeAbandoned(folder)));
    for (const file of await readdir(this.#names).catch(() => [])) {
      const [, lock] = LOCK_NAME.exec(file) ?? [];
      if (lock !== undefined) await removeAbandonedLock(join(this.#names, lock));
    }
    await this.marks.sweep();
  }

  get #names(): string {
    return join(this.folder, 'names');
  }

  async #parse(text: string, path: string): Promise<StoredModel> {
    const model = parseRecord(text, path);
    if (this.recordPath(model.name) !== path)
      throw recordDamaged(path, `it is of the name ${model.name}`);
    return { ...model, files: await withOwnBlobs(this.blobsFolder, model.files) };
  }

  async #entry(file: string): Promise<StoreEntry | undefined> {
    const path = join(this.#names, file);
    let text: string | undefined = '';
    try {
      text = await readIfThere(path);
      // Removed meanwhile.
      if (text === undefined) return undefined;
      const model = await this.#parse(text, path);
      return { name: model.name, path, model };
    } catch (error) {
      if (!(error instanceof ZosiaError)) throw error;
      const mentions = [...new Set((text ?? '').match(/\b[0-9a-f]{64}\b/g) ?? [])];
      return { name: decodedName(file), path, problem: error, mentions };
    }
  }
}

/** The key of a blob: its file's name, and that of marks on it. */
export const blobKey = (sha256: string): string => `sha256-${sha256}`;

/** The digests of the blobs that a name has. */
export function blobsOf(entry: StoreEntry): readonly string[] {
  if (!entry.model) return entry.mentions;
  return entry.model.files.flatMap(({ path, sha256 }) => (path === undefined ? [sha256] : []));
}

export const isSameStamp = (one: FileStamp, other: FileStamp): boolean =>
  one.sizeBytes === other.sizeBytes && one.mtimeNs === other.mtimeNs;

/** In an order that no locale changes. */
export const compareText = (one: string, other: string): number =>
  one < other ? -1 : one > other ? 1 : 0;

/** The name that a record's file is of, as far as it tells. */
function decodedName(file: string): string {
  const encoded = file.slice(0, -RECORD_ENDING.length);
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readTextFile(path);
  } catch (error) {
    if (error instanceof ZosiaError && error.code === 'ZOSIA_FILE_NOT_FOUND') return undefined;
    const found = await stat(path).catch(() => undefined);
    // A folder, pipe or device in a record's place: removing the name removes it.
    if (found && !found.isFile()) {
      throw recordDamaged(path, `it is ${nameOfFileKind(found)}`, error);
    }
    throw error;
  }
}
