import { chmod, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ZosiaError } from '../../errors.js';
import { makeFolder } from '../../host/make-folder.js';
import {
  claimTemporary,
  isTemporaryName,
  releaseTemporary,
  removeAbandoned,
  removeAtOnce,
  sweepOnce,
} from '../../host/temporary.js';
import { allocatedBytes, readRecord, readSnapshot, recordPath } from './files.js';
import { KeptSession, currentGeneration } from './kept-session.js';
import type { SnapshotSubject } from './record.js';

/** Letters and digits of any language, and between them what file names have; no path, and no option. */
const NAME = /^[\p{L}\p{N}][\p{L}\p{N}\p{M}._ -]*$/u;
const MAX_NAME_BYTES = 128;

/** A session, as a list has it. */
export interface StoredSession {
  readonly name: string;
  readonly folder: string;
  /** Undefined for one that has never been left, and for one that is damaged. */
  readonly subject: SnapshotSubject | undefined;
  /** When it was left, in milliseconds since 1970; undefined where that has not happened yet. */
  readonly leftMs: number | undefined;
  /** Allocated on the disk. */
  readonly sizeBytes: number;
  readonly isInUse: boolean;
}

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
    // Whoever was killed has left its mark, or half of what it was removing.
    await Promise.all([sweepOnce(this.folder), sweepOnce(folder)]);
    const mark = claimTemporary(folder);
    const giveBack = async (): Promise<void> => {
      await rm(mark, { force: true });
      releaseTemporary(mark);
      // One that has been removed has none; and a session that has never been left is none.
      const names = await readdir(folder).catch(() => undefined);
      if (names?.length === 0) await rm(folder, { recursive: true, force: true });
    };
    await writeFile(mark, '');
    const marks = (await readdir(folder)).filter(isTemporaryName);
    if (marks.length > 1) {
      await giveBack();
      throw inUse(name);
    }
    return new KeptSession(name, folder, giveBack);
  }

  /** All of them, the one left last first. */
  async list(): Promise<StoredSession[]> {
    await removeAbandoned(this.folder);
    const names = await readdir(this.folder).catch(() => []);
    const found = await Promise.all(
      names.filter((name) => NAME.test(name)).map((name) => this.#describe(name)),
    );
    const sessions = found.filter((each) => each !== undefined);
    return sessions.sort((one, other) => (other.leftMs ?? 0) - (one.leftMs ?? 0));
  }

  /** @throws ZosiaError `ZOSIA_NO_SESSION`, `ZOSIA_BAD_SESSION_NAME` */
  async find(name: string): Promise<StoredSession> {
    const folder = this.#path(name);
    const found = await this.#describe(basename(folder));
    if (found) return found;
    const names = (await this.list()).map((each) => each.name).sort();
    throw new ZosiaError('ZOSIA_NO_SESSION', `there is no session ${name}`, {
      hint:
        names.length === 0
          ? 'There is none yet: zosia up --session NAME begins one.'
          : `There is ${names.join(', ')}.`,
    });
  }

  /** What the console of a session showed last. @returns undefined where nothing is left of it */
  async readConsole({ folder }: StoredSession): Promise<Uint8Array | undefined> {
    const generation = await currentGeneration(folder);
    return generation === undefined ? undefined : (await readSnapshot(generation))?.console;
  }

  /**
   * Removes sessions: all of them, or none.
   *
   * @returns what has been removed, each once
   * @throws ZosiaError as {@link find}; `ZOSIA_SESSION_IN_USE`
   */
  async remove(names: readonly string[]): Promise<StoredSession[]> {
    const found = new Map<string, StoredSession>();
    for (const name of names) {
      const each = await this.find(name);
      found.set(each.folder, each);
    }
    const opened: KeptSession[] = [];
    try {
      for (const { name } of found.values()) opened.push(await this.open(name));
      for (const { folder } of opened) await removeAtOnce(folder);
    } finally {
      for (const session of opened) await session.giveBack();
    }
    return [...found.values()];
  }

  async #describe(name: string): Promise<StoredSession | undefined> {
    const folder = join(this.folder, name);
    await removeAbandoned(folder);
    const names = await readdir(folder).catch(() => undefined);
    if (!names) return undefined;
    const generation = await currentGeneration(folder);
    const isInUse = names.some(isTemporaryName);
    if (generation === undefined) {
      return { name, folder, subject: undefined, leftMs: undefined, sizeBytes: 0, isInUse };
    }
    const [record, status, sizeBytes] = await Promise.all([
      readRecord(generation),
      stat(recordPath(generation)).catch(() => undefined),
      allocatedBytes(generation),
    ]);
    return { name, folder, subject: record?.subject, leftMs: status?.mtimeMs, sizeBytes, isInUse };
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

const inUse = (name: string): ZosiaError =>
  new ZosiaError('ZOSIA_SESSION_IN_USE', `the session ${name} is in use`, {
    hint: 'Leave it where it runs, or begin another one.',
  });
