import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { digestFile } from '../../host/digest.js';
import type { PinnedFile } from './found-file.js';
import type { PinnedBuildroot } from './lock.js';

/**
 * Where new files lie until the lock that pins them is written. The lock is what decides: whoever is killed
 * before it leaves the old files in their place, and whoever is killed behind it leaves the new ones here.
 */
const INCOMING = 'incoming';

/**
 * Puts what was taken beside what is in the place now, and takes it for valid once `commit` has written the
 * lock that pins it. Whenever it ends, the lock's files are found.
 *
 * @param store the place
 * @param staged a folder on the same file system, with the files by their names
 * @param before what the lock pins so far
 */
export async function replaceFetched(
  store: string,
  {
    staged,
    before,
    pinned,
    commit,
  }: {
    readonly staged: string;
    readonly before: PinnedBuildroot | undefined;
    readonly pinned: PinnedBuildroot;
    readonly commit: () => Promise<void>;
  },
): Promise<void> {
  // What somebody who was killed had pinned, but not moved.
  if (before) await settle(store, before);
  const incoming = join(store, INCOMING);
  await rm(incoming, { recursive: true, force: true });
  await mkdir(incoming, { recursive: true });
  for (const { name } of filesOf(pinned)) await rename(join(staged, name), join(incoming, name));
  await commit();
  await settle(store, pinned);
}

/** Moves what is pinned to its place, and removes what is not. */
async function settle(store: string, pinned: PinnedBuildroot): Promise<void> {
  const files = filesOf(pinned);
  for (const file of files) {
    const path = join(store, INCOMING, file.name);
    if (await isPinned(path, file)) await rename(path, join(store, file.name));
  }
  for (const name of await readdir(store).catch(() => [])) {
    const isKept = files.some((file) => file.name === name);
    if (!isKept) await rm(join(store, name), { recursive: true, force: true });
  }
}

const filesOf = ({ kernel, rootfs }: PinnedBuildroot): PinnedFile[] =>
  [kernel, rootfs].filter((file) => file !== undefined);

/** Where a file is that was taken, its bytes compared with what is pinned. */
export async function findFetched(
  store: string,
  file: PinnedFile,
  signal?: AbortSignal,
): Promise<{ readonly path: string; readonly isPinned: boolean } | undefined> {
  const usual = join(store, file.name);
  for (const path of [usual, join(store, INCOMING, file.name)]) {
    if (await isPinned(path, file, signal)) return { path, isPinned: true };
  }
  const isThere = (await stat(usual).catch(() => undefined))?.isFile() ?? false;
  return isThere ? { path: usual, isPinned: false } : undefined;
}

async function isPinned(
  path: string,
  { sizeBytes, sha256 }: PinnedFile,
  signal?: AbortSignal,
): Promise<boolean> {
  const status = await stat(path).catch(() => undefined);
  if (!status?.isFile() || status.size !== sizeBytes) return false;
  return (await digestFile(path, sizeBytes, signal)) === sha256;
}
