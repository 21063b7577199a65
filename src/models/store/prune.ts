import { lstat, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { STAT_BLOCK_BYTES } from '../../host/free-space.js';
import { isTemporaryName } from '../../host/temporary.js';
import { blobKey, blobsOf } from './store.js';
import type { ModelStore } from './store.js';

/** A file that pruning removes, or would. */
export interface Pruned {
  readonly path: string;
  /** What it takes on the disk. */
  readonly sizeBytes: number;
  /** A file that no name has, or a download that was not finished. */
  readonly kind: 'blob' | 'partial';
}

export interface PruneModelsOptions {
  /** Only tells what it would remove. */
  readonly dryRun?: boolean | undefined;
  /** Removes downloads that were not finished that are older than this; a week unless given. */
  readonly partialAgeMs?: number | undefined;
  readonly nowMs?: number | undefined;
}

const WEEK_MS = 7 * 24 * 60 * 60 * 1000;

/** What downloads of a file are called: its key, and what is added to it. */
const PARTIAL_NAME = /^((?:sha256-[0-9a-f]{64})|(?:url-[0-9a-f]{32}))(?:\.|$)/;

/**
 * Removes what no name has, and old downloads that were not finished; nothing that is in use.
 *
 * @throws ZosiaError `ZOSIA_MODEL_STORE_UNREADABLE`, `ZOSIA_MODEL_STORE_UNWRITABLE`
 */
export async function pruneStore(
  store: ModelStore,
  { dryRun = false, partialAgeMs = WEEK_MS, nowMs = Date.now() }: PruneModelsOptions = {},
): Promise<Pruned[]> {
  await store.requireFolder();
  return store.writing(() => prune(store, dryRun, nowMs - partialAgeMs));
}

async function prune(store: ModelStore, dryRun: boolean, oldestMs: number): Promise<Pruned[]> {
  await store.sweep();
  return [...(await pruneBlobs(store, dryRun)), ...(await prunePartials(store, dryRun, oldestMs))];
}

async function pruneBlobs(store: ModelStore, dryRun: boolean): Promise<Pruned[]> {
  const pruned: Pruned[] = [];
  for (const sha256 of await store.blobs()) {
    if (await isNamed(store, sha256)) continue;
    const path = store.blobPath(sha256);
    const remove = async (): Promise<void> => {
      // A name may have come before the removal was announced.
      if (await isNamed(store, sha256)) return;
      const sizeBytes = await allocatedBytes(path);
      if (!dryRun) await store.removeBlob(sha256);
      pruned.push({ path, sizeBytes, kind: 'blob' });
    };
    if (!dryRun) await store.marks.removing([blobKey(sha256)], remove);
    else if (!(await store.marks.isUsed(blobKey(sha256)))) await remove();
  }
  return pruned;
}

async function isNamed(store: ModelStore, sha256: string): Promise<boolean> {
  return (await store.list()).some((entry) => blobsOf(entry).includes(sha256));
}

async function prunePartials(
  store: ModelStore,
  dryRun: boolean,
  oldestMs: number,
): Promise<Pruned[]> {
  const names = await readdir(store.partialFolder).catch(() => []);
  const byKey = new Map<string, string[]>();
  for (const name of names) {
    const key = PARTIAL_NAME.exec(name)?.[1];
    if (key === undefined || isTemporaryName(name)) continue;
    byKey.set(key, [...(byKey.get(key) ?? []), join(store.partialFolder, name)]);
  }
  const pruned: Pruned[] = [];
  for (const [key, paths] of byKey) {
    const times = await Promise.all(paths.map(async (path) => (await lstatIfThere(path))?.mtimeMs));
    if (Math.max(...times.map((time) => time ?? 0)) > oldestMs) continue;
    const remove = async (): Promise<void> => {
      for (const path of paths) {
        const sizeBytes = await allocatedBytes(path);
        if (!dryRun) await rm(path, { force: true, recursive: true });
        pruned.push({ path, sizeBytes, kind: 'partial' });
      }
    };
    if (!dryRun) await store.marks.removing([key], remove);
    else if (!(await store.marks.isUsed(key))) await remove();
  }
  return pruned;
}

const lstatIfThere = (path: string) => lstat(path).catch(() => undefined);

async function allocatedBytes(path: string): Promise<number> {
  const found = await stat(path).catch(() => undefined);
  return (found?.blocks ?? 0) * STAT_BLOCK_BYTES;
}
