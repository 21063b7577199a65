import { readdir, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemErrorCode } from '../../errors.js';
import { makeFolder } from '../../host/make-folder.js';
import { isOutOfRoom } from '../../host/system-errors.js';
import {
  claimTemporary,
  isTemporaryName,
  releaseTemporary,
  removeAbandoned,
} from '../../host/temporary.js';

/** A mark that stands until it is taken back, or its process is gone. */
export interface Mark {
  takeBack(): Promise<void>;
}

/**
 * Marks of processes on things of a folder: a file each, whose name says which process it is of, in a folder under
 * the thing's key. Those of dead processes are removed by whoever looks.
 */
export class Marks {
  constructor(private readonly folder: string) {}

  /** @param key letters, digits and dashes */
  async put(key: string): Promise<Mark> {
    const folder = join(this.folder, key);
    const path = claimTemporary(folder);
    const takeBack = async (): Promise<void> => {
      await rm(path, { force: true });
      releaseTemporary(path);
      // The last one removes the folder; the system refuses where another mark is left.
      await rmdir(folder).catch(() => undefined);
    };
    try {
      await writeInto(folder, path);
      // Each try that is killed leaves one.
      await removeAbandoned(folder);
    } catch (error) {
      await takeBack();
      throw error;
    }
    return { takeBack };
  }

  /** Whether a living process has put a mark. */
  async stand(key: string): Promise<boolean> {
    const folder = join(this.folder, key);
    await removeAbandoned(folder);
    const names = await readdir(folder).catch(() => []);
    return names.some(isTemporaryName);
  }

  /** Removes the marks of dead processes on things that nobody asks about any more. */
  async sweep(): Promise<void> {
    for (const key of await readdir(this.folder).catch(() => [])) {
      const folder = join(this.folder, key);
      await removeAbandoned(folder);
      await rmdir(folder).catch(() => undefined);
    }
  }
}

/** Another process may remove the folder between it being made and written to. */
async function writeInto(folder: string, path: string): Promise<void> {
  for (let tries = 0; ; tries++) {
    await makeFolder(folder);
    try {
      await writeFile(path, '', { flag: 'wx' });
      return;
    } catch (error) {
      if (systemErrorCode(error) !== 'ENOENT' || tries === MAX_TRIES) throw error;
    }
  }
}

const MAX_TRIES = 100;

/**
 * Who uses what, and who removes it. Either side first puts its own mark and then looks for the other's, so that at
 * least one of two that meet sees the other: who wants to use it waits until the removal is over, and who wants to
 * remove it lets be. Nobody who removes waits, so nobody waits for ever.
 */
export class UseMarks {
  readonly #uses: Marks;
  readonly #removals: Marks;

  constructor(folder: string) {
    this.#uses = new Marks(join(folder, 'use'));
    this.#removals = new Marks(join(folder, 'removal'));
  }

  /** Marks as in use; from then on nobody removes it. What it was may have been removed just before. */
  async use(key: string, signal?: AbortSignal): Promise<Mark> {
    const mark = await this.#uses.put(key);
    try {
      while (await this.#removals.stand(key)) await sleep(POLL_MS, undefined, { signal });
    } catch (error) {
      await mark.takeBack();
      throw signal?.aborted ? signal.reason : error;
    }
    return mark;
  }

  isUsed(key: string): Promise<boolean> {
    return this.#uses.stand(key);
  }

  async sweep(): Promise<void> {
    await this.#uses.sweep();
    await this.#removals.sweep();
  }

  /**
   * Runs `remove` while nobody can begin to use any of several things; not where one is in use.
   *
   * @returns whether it ran
   */
  async removing(keys: readonly string[], remove: () => Promise<void>): Promise<boolean> {
    const marks: Mark[] = [];
    try {
      for (const key of keys) {
        try {
          marks.push(await this.#removals.put(key));
        } catch (error) {
          // On a full disk removing has to make room: what it was is as good as removed just before.
          if (!isOutOfRoom(error)) throw error;
        }
      }
      for (const key of keys) if (await this.#uses.stand(key)) return false;
      await remove();
      return true;
    } finally {
      for (const mark of marks) await mark.takeBack();
    }
  }
}

const POLL_MS = 20;
