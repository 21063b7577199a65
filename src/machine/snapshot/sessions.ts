import { chmod, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ZosiaError } from '../../errors.js';
import { makeFolder } from '../../host/make-folder.js';
import { writeOutput } from '../../host/output-file.js';
import { writeRaw } from '../../host/raw-writer.js';
import {
  claimTemporary,
  isTemporaryName,
  openTemporaryFolder,
  releaseTemporary,
  sweepOnce,
} from '../../host/temporary.js';
import type { TemporaryFolder } from '../../host/temporary.js';
import { readTextFile } from '../../host/text-file.js';
import { makeImage } from '../../image/image.js';
import { consolePath, ramPath, readSnapshot, recordPath, statePath, syncFile } from './files.js';
import type { Snapshot } from './files.js';
import type { SnapshotRecord } from './record.js';

/** Letters and digits of any language, and between them what file names have; no path, and no option. */
const NAME = /^[\p{L}\p{N}][\p{L}\p{N}\p{M}._ -]*$/u;
const MAX_NAME_BYTES = 128;

/** Which of a session's folders is the last whole one. */
const CURRENT = 'current';
const GENERATION = /^state-(\d{1,15})$/;

/**
 * Conversations that go on when their machine is started again: each a saved machine in a folder under its name,
 * in the user's own cache folder.
 */
export class SessionStore {
  readonly folder: string;

  /** @param cacheDirectory the user's */
  constructor(cacheDirectory: string) {
    this.folder = join(cacheDirectory, 'sessions');
  }

  /**
   * Opens a session, or a new one, for the time until it is given back; for nobody else meanwhile.
   *
   * @throws ZosiaError `ZOSIA_BAD_SESSION_NAME`, `ZOSIA_SESSION_IN_USE`
   */
  async open(name: string): Promise<KeptSession> {
    const folder = this.#path(name);
    await makeFolder(folder);
    await chmod(this.folder, 0o700);
    await sweepOnce(folder);
    const mark = claimTemporary(folder);
    const giveBack = async (): Promise<void> => {
      await rm(mark, { force: true });
      releaseTemporary(mark);
      // A session that has never been left is none.
      if ((await readdir(folder)).length === 0) await rm(folder, { recursive: true, force: true });
    };
    await writeFile(mark, '');
    const marks = (await readdir(folder)).filter(isTemporaryName);
    if (marks.length > 1) {
      await giveBack();
      throw inUse(name);
    }
    return new KeptSession(name, folder, giveBack);
  }

  #path(name: string): string {
    const normal = name.normalize('NFC');
    if (!NAME.test(normal) || Buffer.byteLength(normal) > MAX_NAME_BYTES) {
      throw new ZosiaError('ZOSIA_BAD_SESSION_NAME', `${JSON.stringify(name)} names no session`, {
        hint: `Give it a name of letters and digits, with . _ - and spaces between them, of ${MAX_NAME_BYTES} bytes at most.`,
      });
    }
    return join(this.folder, normal);
  }
}

/** A session that is open. */
export class KeptSession {
  constructor(
    readonly name: string,
    readonly folder: string,
    /** Closes it. */
    readonly giveBack: () => Promise<void>,
  ) {}

  /**
   * The machine as it was left; undefined for a new session.
   *
   * @throws ZosiaError `ZOSIA_SESSION_DAMAGED`
   */
  async read(): Promise<Snapshot | undefined> {
    const generation = await currentGeneration(this.folder);
    if (generation === undefined) return undefined;
    const snapshot = await readSnapshot(generation);
    if (snapshot) return snapshot;
    throw new ZosiaError('ZOSIA_SESSION_DAMAGED', `the session ${this.name} is damaged`, {
      hint: `Begin another one; this one can be removed: ${this.folder}`,
    });
  }

  /**
   * Copies the RAM of a machine for one that goes on: what was there stays whole until the new one is committed.
   * Where the file system can, the copy shares the original's blocks.
   */
  async copyRam({ folder, record }: Snapshot, signal: AbortSignal): Promise<TemporaryFolder> {
    const draft = await openTemporaryFolder(this.folder);
    try {
      const length = record.ram.sizeBytes;
      const source = { kind: 'file', path: ramPath(folder), offset: 0 } as const;
      const image = makeImage(length, [{ offset: 0, length, source }]);
      await writeRaw(image, ramPath(draft.folder), { durable: false, mode: 0o600, signal });
      return draft;
    } catch (error) {
      await draft.giveBack();
      throw error;
    }
  }

  /** Makes a machine that has been left the session's. Everything is on the disk when it resolves. */
  async commit(
    { folder: draft }: TemporaryFolder,
    record: Omit<SnapshotRecord, 'schema' | 'hostStart'>,
  ): Promise<void> {
    await writeFile(recordPath(draft), JSON.stringify({ schema: 1, ...record }), { mode: 0o600 });
    for (const path of [ramPath, statePath, consolePath, recordPath]) await syncFile(path(draft));
    const before = await currentGeneration(this.folder);
    const number = Number(GENERATION.exec(basename(before ?? ''))?.[1] ?? 0) + 1;
    const name = `state-${number}`;
    await rm(join(this.folder, name), { recursive: true, force: true });
    await rename(draft, join(this.folder, name));
    await writeOutput(join(this.folder, CURRENT), name, { mode: 0o600 });
    // Whoever was killed here has left older ones, too.
    for (const other of await readdir(this.folder)) {
      if (other === name || !GENERATION.test(other)) continue;
      await rm(join(this.folder, other), { recursive: true, force: true });
    }
  }
}

/** The folder with the last whole state; undefined where there is none yet. */
async function currentGeneration(folder: string): Promise<string | undefined> {
  const name = (await readTextFile(join(folder, CURRENT)).catch(() => '')).trim();
  return GENERATION.test(name) ? join(folder, name) : undefined;
}

const inUse = (name: string): ZosiaError =>
  new ZosiaError('ZOSIA_SESSION_IN_USE', `the session ${name} is in use`, {
    hint: 'Leave it where it runs, or begin another one.',
  });
