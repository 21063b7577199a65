import { rmSync } from 'node:fs';
import { lstat, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { hostProcesses, isBeforeReboot } from './process-owner.js';
import type { ProcessTable } from './process-owner.js';

/**
 * Everything temporary that zosia makes carries its owner in its name: the number and the start of the
 * process, and where these mean anything. Whoever is killed outright leaves what it had; whoever comes
 * next removes it, and touches nothing of an owner that is alive.
 */
const NAME = /^\.?zosia-(\d{1,10})-([0-9a-z]{1,20})-([0-9a-z]{8})-[0-9A-Za-z]+(?:\.tmp)?$/;

/** When something of an owner that cannot be looked for (in a container, on another host) is abandoned. */
const FOREIGN_AGE_MS = 24 * 60 * 60 * 1000;

/** Temporary files and folders in use, so that even a process that exits early leaves none. */
const inUse = new Set<string>();
let isListening = false;

/** From the first one on: who only imports this has no listener for it. */
function markInUse(path: string): void {
  inUse.add(path);
  if (isListening) return;
  isListening = true;
  process.on('exit', () => {
    for (const each of inUse) {
      try {
        rmSync(each, { recursive: true, force: true });
      } catch {
        // Nothing more can be done while exiting; the next run removes it.
      }
    }
  });
}

let table: ProcessTable | undefined;
let counter = 0;

const processes = (): ProcessTable => (table ??= hostProcesses());

const owner = (): string => `${process.pid}-${processes().ownStart}-${processes().place}`;

/**
 * A name for a new temporary file in a folder. It owes nothing to the final name, which may be as long as
 * the file system allows.
 */
export function claimTemporary(folder: string): string {
  const path = join(folder, `.zosia-${owner()}-${++counter}.tmp`);
  markInUse(path);
  return path;
}

/** Forgets a temporary file that has got its final name, or is gone. */
export function releaseTemporary(path: string): void {
  inUse.delete(path);
}

/** Whether a path leads into a folder of {@link withTemporaryFolder}. */
export function isInTemporaryFolder(path: string): boolean {
  return inUse.has(dirname(path));
}

/**
 * Runs `use` with a new folder (mode 0700) in `parent`; it is gone, with all that is in it, when `use`
 * has ended, however it ended.
 *
 * @param options.onError the error for one of the system's while the folder is made
 * @param options.sweep whether what dead processes have left in `parent` is removed first; true unless given
 */
export async function withTemporaryFolder<T>(
  parent: string,
  use: (folder: string) => Promise<T>,
  {
    onError = (cause) => cause,
    sweep = true,
  }: {
    readonly onError?: ((cause: unknown) => unknown) | undefined;
    readonly sweep?: boolean | undefined;
  } = {},
): Promise<T> {
  if (sweep) await sweepOnce(parent);
  const folder = await mkdtemp(join(parent, `zosia-${owner()}-`)).catch((cause: unknown) => {
    throw onError(cause);
  });
  markInUse(folder);
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
    inUse.delete(folder);
  }
}

/** A new folder (mode 0700) that is gone, with all that is in it, when it is given back. */
export interface TemporaryFolder {
  readonly folder: string;
  readonly giveBack: () => Promise<void>;
}

/**
 * {@link withTemporaryFolder} for what is lent over several steps. What has been moved elsewhere meanwhile stays.
 *
 * @param fill puts into it what it is to have from the start; it is gone again where that fails
 * @throws the system's errors as they are; whatever `fill` throws
 */
export async function openTemporaryFolder(
  parent: string,
  fill: (folder: string) => Promise<unknown> = () => Promise.resolve(),
): Promise<TemporaryFolder> {
  const folder = claimTemporary(parent);
  const giveBack = async (): Promise<void> => {
    await rm(folder, { recursive: true, force: true });
    releaseTemporary(folder);
  };
  try {
    await mkdir(folder, { mode: 0o700 });
    await fill(folder);
  } catch (error) {
    await giveBack();
    throw error;
  }
  return { folder, giveBack };
}

/** Whether a name in a folder is that of something temporary, of whatever process. */
export const isTemporaryName = (name: string): boolean => NAME.test(name);

const swept = new Set<string>();

/** {@link removeAbandoned}, once in the life of this process for each folder. */
export async function sweepOnce(folder: string): Promise<void> {
  if (swept.has(folder)) return;
  swept.add(folder);
  await removeAbandoned(folder);
}

/**
 * Removes what dead processes of this user have left in a folder. What cannot be removed is left to the
 * next run: this is no reason for anybody's work to fail.
 *
 * @param nowMs the time, for what can only be judged by its age
 */
export async function removeAbandoned(
  folder: string,
  known?: ProcessTable,
  uid = process.getuid?.(),
): Promise<void> {
  const nowMs = Date.now();
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const [, pid, start, place] = NAME.exec(name) ?? [];
    if (place === undefined) continue;
    const path = join(folder, name);
    const status = await lstat(path).catch(() => undefined);
    if (!status || status.uid !== uid) continue;
    const { place: here, isRunning } = known ?? processes();
    const isAbandoned =
      isBeforeReboot(place, here) ||
      (place === here ? !isRunning(Number(pid), start!) : nowMs - status.mtimeMs > FOREIGN_AGE_MS);
    // Another process may be removing it, too, or neither may.
    if (isAbandoned) await removeAtOnce(path).catch(() => undefined);
  }
}

/**
 * Removes a file or a folder so that nobody finds half of it, and of several that do so only one can.
 *
 * @throws the system's errors as they are
 */
export async function removeAtOnce(path: string): Promise<void> {
  const mine = claimTemporary(dirname(path));
  try {
    await rename(path, mine);
    await rm(mine, { recursive: true, force: true, maxRetries: 3 });
  } finally {
    releaseTemporary(mine);
  }
}
