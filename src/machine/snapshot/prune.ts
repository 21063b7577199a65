import { ZosiaError } from '../../errors.js';
import { chooseLeaving, readRoom } from './budget.js';
import { readSnapshot } from './files.js';
import type { SnapshotStore, StoredSnapshot } from './store.js';

/**
 * Removes saved machines that somebody names, by the beginnings of their keys; all of them, or none.
 *
 * @throws ZosiaError `ZOSIA_NO_SNAPSHOT`, `ZOSIA_SNAPSHOT_IN_USE`
 */
export async function removeSnapshots(
  store: SnapshotStore,
  prefixes: readonly string[],
): Promise<StoredSnapshot[]> {
  const found = new Map<string, StoredSnapshot>();
  for (const prefix of prefixes) {
    const each = await store.find(prefix);
    if (each.isInUse) {
      throw new ZosiaError('ZOSIA_SNAPSHOT_IN_USE', `the snapshot ${each.key} is in use`, {
        hint: 'End the machines that run from it first.',
      });
    }
    found.set(each.key, each);
  }
  for (const key of found.keys()) await store.remove(key);
  return [...found.values()];
}

export interface PruneOptions {
  /** Removes those that can be used, too. */
  readonly all: boolean;
  /** As of {@link readRoom}. */
  readonly budgetBytes?: number | undefined;
}

/**
 * Removes saved machines that are of no use any more, and those beyond the budget; nothing that is in use.
 *
 * @returns what has been removed
 */
export async function pruneSnapshots(
  store: SnapshotStore,
  { all, budgetBytes }: PruneOptions,
): Promise<StoredSnapshot[]> {
  const removed: StoredSnapshot[] = [];
  const remove = async (each: StoredSnapshot): Promise<void> => {
    await store.remove(each.key);
    removed.push(each);
  };
  for (const each of await store.list()) {
    if (!each.isInUse && (all || !(await readSnapshot(each.folder)))) await remove(each);
  }
  for (const each of chooseLeaving(await readRoom(store, budgetBytes), 0).leaving) {
    await remove(each);
  }
  return removed;
}
