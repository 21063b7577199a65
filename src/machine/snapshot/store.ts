import { chmod, lstat, open, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ZosiaError } from '../../errors.js';
import { makeFolder } from '../../host/make-folder.js';
import {
  claimTemporary,
  isTemporaryName,
  openTemporaryFolder,
  releaseTemporary,
  removeAbandoned,
  removeAtOnce,
  sweepOnce,
} from '../../host/temporary.js';
import type { TemporaryFolder } from '../../host/temporary.js';
import {
  allocatedBytes,
  consolePath,
  hostStart,
  ramPath,
  readRecord,
  readSnapshot,
  recordPath,
  statePath,
  syncFile,
} from './files.js';
import type { Snapshot } from './files.js';
import { parseRecord, snapshotKey } from './record.js';
import type { SnapshotRecord, SnapshotSubject } from './record.js';
import { readTextFile } from '../../host/text-file.js';

/** A saved machine, as a list has it. */
export interface StoredSnapshot {
  readonly key: string;
  readonly folder: string;
  /** Undefined for one that cannot be used: damaged, or not all on the disk when the host was started anew. */
  readonly subject: SnapshotSubject | undefined;
  /** Allocated on the disk. */
  readonly sizeBytes: number;
  readonly usedMs: number;
  readonly isInUse: boolean;
}

/** A snapshot that is in use until it is given back. */
export interface LentSnapshot {
  readonly snapshot: Snapshot;
  readonly giveBack: () => Promise<void>;
}

/** Keys, and nothing else, are names of snapshots: what lies beside them is none of the store's. */
const KEY = /^[0-9a-f]{32}$/;

/** Saved machines in a folder of the user's own, each in a folder under its key. */
export class SnapshotStore {
  readonly folder: string;

  /** @param cacheDirectory the user's */
  constructor(cacheDirectory: string) {
    this.folder = join(cacheDirectory, 'snapshots');
  }

  /**
   * Lends the snapshot of a key: until it is given back, nobody removes it to make room.
   *
   * @param onDamaged called for one that is not whole, or another machine's; it has been removed then
   * @returns undefined where there is none
   */
  async lend(
    key: string,
    onDamaged: () => void = () => undefined,
  ): Promise<LentSnapshot | undefined> {
    const folder = this.#path(key);
    // Whoever was killed has left its draft, or its mark.
    await Promise.all([sweepOnce(this.folder), sweepOnce(folder)]);
    const mark = claimTemporary(folder);
    const giveBack = async (): Promise<void> => {
      // A folder that is none has no mark either.
      await rm(mark, { force: true }).catch(() => undefined);
      releaseTemporary(mark);
    };
    const isThere = await writeFile(mark, '').then(
      () => true,
      () => false,
    );
    const snapshot = isThere ? await readSnapshot(folder) : undefined;
    if (snapshot && snapshotKey(snapshot.record.parts) === key) {
      await touch(folder).catch(() => undefined);
      return { snapshot, giveBack };
    }
    await giveBack();
    if (isThere) {
      await this.remove(key);
      onDamaged();
    }
    return undefined;
  }

  /**
   * Makes a folder for a machine that is going to be saved, with an empty file for its RAM. What is not committed
   * is gone when it is given back; if this process is killed before, the next one that looks removes it.
   */
  async openDraft(ramBytes: number): Promise<TemporaryFolder> {
    await makeFolder(this.folder);
    await chmod(this.folder, 0o700);
    await sweepOnce(this.folder);
    return openTemporaryFolder(this.folder, async (folder) => {
      const ram = await open(ramPath(folder), 'wx', 0o600);
      await ram.truncate(ramBytes).finally(() => ram.close());
    });
  }

  /**
   * Gives a draft with RAM and state its place. Of two under one key the first stays.
   *
   * @returns its key
   */
  async commit(
    { folder: draft }: TemporaryFolder,
    record: Omit<SnapshotRecord, 'schema' | 'hostStart'>,
  ): Promise<string> {
    const key = snapshotKey(record.parts);
    const written: SnapshotRecord = { schema: 1, ...record, hostStart: hostStart() };
    await writeFile(recordPath(draft), JSON.stringify(written), { mode: 0o600 });
    await rename(draft, this.#path(key)).catch(async (error: unknown) => {
      if (!(await exists(this.#path(key)))) throw error;
    });
    return key;
  }

  /** Syncs what has been committed: from then on it outlives a crash of the host. */
  async sync(key: string): Promise<void> {
    const folder = this.#path(key);
    for (const path of [ramPath, statePath, consolePath]) await syncFile(path(folder));
    const record = parseRecord(await readTextFile(recordPath(folder)));
    if (!record) return;
    const temporary = claimTemporary(folder);
    try {
      await writeFile(temporary, JSON.stringify({ ...record, hostStart: undefined }), {
        mode: 0o600,
        flush: true,
      });
      await rename(temporary, recordPath(folder));
    } finally {
      releaseTemporary(temporary);
    }
  }

  /** All of them, the one used last first; those that cannot be used come last. */
  async list(): Promise<StoredSnapshot[]> {
    // What a killed zosia has left is in no list, and takes room all the same.
    await removeAbandoned(this.folder);
    const names = await readdir(this.folder).catch(() => []);
    const found = await Promise.all(
      names.filter((name) => KEY.test(name)).map((key) => this.#describe(key)),
    );
    return found
      .filter((each) => each !== undefined)
      .sort((one, other) => other.usedMs - one.usedMs);
  }

  /**
   * Finds one by the beginning of its key.
   *
   * @throws ZosiaError `ZOSIA_NO_SNAPSHOT`, also when several begin so
   */
  async find(prefix: string): Promise<StoredSnapshot> {
    const found = (await this.list()).filter(({ key }) => prefix !== '' && key.startsWith(prefix));
    const [one] = found;
    if (one && found.length === 1) return one;
    throw new ZosiaError(
      'ZOSIA_NO_SNAPSHOT',
      one ? `${found.length} snapshots begin with ${prefix}` : `there is no snapshot ${prefix}`,
      {
        hint: one
          ? `Give more of its key: ${found.map(({ key }) => key).join(', ')}`
          : 'zosia snapshot list tells their keys.',
      },
    );
  }

  async #describe(key: string): Promise<StoredSnapshot | undefined> {
    const folder = this.#path(key);
    await removeAbandoned(folder);
    const status = await stat(recordPath(folder)).catch(() => undefined);
    const names = await readdir(folder).catch(() => undefined);
    if (!names) return undefined;
    const record = await readRecord(folder);
    return {
      key,
      folder,
      subject: record?.subject,
      sizeBytes: await allocatedBytes(folder),
      usedMs: record && status ? status.mtimeMs : 0,
      isInUse: names.some(isTemporaryName),
    };
  }

  /** Removes a snapshot, unless somebody else does. Machines that run from it go on. */
  async remove(key: string): Promise<void> {
    await removeAtOnce(this.#path(key)).catch(() => undefined);
  }

  #path(key: string): string {
    return join(this.folder, key);
  }
}

/** A snapshot's last use is the time of its record. */
async function touch(folder: string): Promise<void> {
  const now = new Date();
  await utimes(recordPath(folder), now, now);
}

const exists = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  );
