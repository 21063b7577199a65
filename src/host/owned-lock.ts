import { randomUUID } from 'node:crypto';
import { link, lstat, open, readFile, readdir, rename, unlink, utimes } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemErrorCode } from '../errors.js';
import { hostProcesses, isBeforeReboot } from './process-owner.js';
import type { ProcessTable } from './process-owner.js';
import { claimTemporary, releaseTemporary } from './temporary.js';

/** A lock that this process has. */
export interface OwnedLock {
  /** Whether nobody has taken it for abandoned meanwhile. */
  isOwn(): Promise<boolean>;
  release(): Promise<void>;
}

/** An owner that cannot be looked for (in a container, on another host) shows by this that it lives. */
const SIGN_OF_LIFE_MS = 30_000;
const FOREIGN_AGE_MS = 10 * 60_000;

/** A lock without an owner in it is being written, or what is left of a crash. */
const UNWRITTEN_AGE_MS = 10_000;

const OWNER = /^(\d{1,10}) ([0-9a-z]{1,20}) ([0-9a-z]{8}) ([0-9a-f-]{8})\n$/;

/** Each loss of a process just while it replaces a lock of a lost one adds one; more than this is no accident. */
const MAX_DEPTH = 8;

/**
 * Takes a lock, a file that tells who has it, unless a living process has it. That of a dead one is replaced: the
 * right to do so is itself a lock, whose name has the dead owner in it, so that of several only one does.
 *
 * @returns undefined while somebody else has it
 * @throws the system's errors as they are
 */
export async function tryLock(
  path: string,
  table: ProcessTable = hostProcesses(),
  depth = 0,
): Promise<OwnedLock | undefined> {
  const mine = randomUUID().slice(0, 8);
  const text = `${process.pid} ${table.ownStart} ${table.place} ${mine}\n`;
  for (;;) {
    if (await create(path, text)) return held(path, text);
    const found = await readOwner(path, table);
    if (found === undefined) continue;
    if (found.isAlive || depth === MAX_DEPTH) return undefined;
    const right = await tryLock(`${path}.${found.id}`, table, depth + 1);
    if (right === undefined) return undefined;
    try {
      // Whoever had the right before may have used it.
      if ((await readOwner(path, table))?.id !== found.id) continue;
      await replace(path, text);
      if (depth === 0) await removeRights(path);
      return held(path, text);
    } finally {
      await right.release();
    }
  }
}

const POLL_MS = 200;

/**
 * Takes a lock as soon as nobody has it.
 *
 * @param options.onWait called once, where somebody has it, with the pause until the next look
 * @returns the lock, and whether somebody else had it
 * @throws the signal's reason; the system's errors as they are
 */
export async function lockWhenFree(
  path: string,
  {
    signal,
    onWait,
  }: {
    readonly signal?: AbortSignal | undefined;
    readonly onWait?: ((pauseMs: number) => void) | undefined;
  } = {},
): Promise<{ readonly lock: OwnedLock; readonly hasWaited: boolean }> {
  for (let hasWaited = false; ; hasWaited = true) {
    signal?.throwIfAborted();
    const lock = await tryLock(path);
    if (lock) return { lock, hasWaited };
    if (!hasWaited) onWait?.(POLL_MS);
    await sleep(POLL_MS, undefined, { signal }).catch(() => undefined);
  }
}

/**
 * Removes a lock that a dead process has left, with what is left of attempts to replace it; one of a living process
 * stays.
 *
 * @throws the system's errors as they are
 */
export async function removeAbandonedLock(path: string): Promise<void> {
  const lock = await tryLock(path);
  if (lock === undefined) return;
  try {
    await removeRights(path);
  } finally {
    await lock.release();
  }
}

function held(path: string, text: string): OwnedLock {
  const signs = setInterval(() => {
    const now = new Date();
    void utimes(path, now, now).catch(() => undefined);
  }, SIGN_OF_LIFE_MS).unref();
  const isOwn = async (): Promise<boolean> =>
    (await readFile(path, 'utf8').catch(() => undefined)) === text;
  return {
    isOwn,
    async release() {
      clearInterval(signs);
      if (await isOwn()) await unlink(path).catch(() => undefined);
    },
  };
}

/** @returns false when there is one */
async function create(path: string, text: string): Promise<boolean> {
  const temporary = await written(path, text);
  try {
    await link(temporary, path);
    return true;
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') return false;
  } finally {
    await dropTemporary(temporary);
  }
  // A file system without hard links: for a moment the lock is there without its owner.
  try {
    const file = await open(path, 'wx');
    await file.writeFile(text).finally(() => file.close());
    return true;
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

async function replace(path: string, text: string): Promise<void> {
  const temporary = await written(path, text);
  try {
    await rename(temporary, path);
  } finally {
    await dropTemporary(temporary);
  }
}

/** Removes the rights to replace a lock that dead processes have left: nobody needs them while it has an owner. */
async function removeRights(path: string): Promise<void> {
  const prefix = `${basename(path)}.`;
  for (const name of await readdir(dirname(path))) {
    const isRight = name.startsWith(prefix) && RIGHT.test(name.slice(prefix.length));
    if (isRight) await unlink(join(dirname(path), name)).catch(() => undefined);
  }
}

const RIGHT = /^[0-9a-z]{8}(\.[0-9a-z]{8})*$/;

async function written(path: string, text: string): Promise<string> {
  const temporary = claimTemporary(dirname(path));
  try {
    const file = await open(temporary, 'wx');
    await file.writeFile(text).finally(() => file.close());
    return temporary;
  } catch (error) {
    await dropTemporary(temporary);
    throw error;
  }
}

async function dropTemporary(path: string): Promise<void> {
  await unlink(path).catch(() => undefined);
  releaseTemporary(path);
}

interface Owner {
  readonly isAlive: boolean;
  /** Tells this lock from all others that have had its name. */
  readonly id: string;
}

/** @returns undefined where there is no lock any more */
async function readOwner(path: string, table: ProcessTable): Promise<Owner | undefined> {
  try {
    const { mtimeMs, size } = await lstat(path);
    const ageMs = Date.now() - mtimeMs;
    const text = size < 100 ? await readFile(path, 'utf8') : '';
    const [, pid, start, place, id] = OWNER.exec(text) ?? [];
    if (id === undefined) {
      return { isAlive: ageMs < UNWRITTEN_AGE_MS, id: Math.round(mtimeMs).toString(36) };
    }
    if (place === table.place) return { isAlive: table.isRunning(Number(pid), start!), id };
    return { isAlive: !isBeforeReboot(place!, table.place) && ageMs < FOREIGN_AGE_MS, id };
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
