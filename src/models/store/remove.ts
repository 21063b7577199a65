import { ZosiaError } from '../../errors.js';
import { nearestNames } from '../nearest-names.js';
import { blobKey, blobsOf } from './store.js';
import type { ModelStore, StoreEntry } from './store.js';
import { shownReference } from '../references/reference-error.js';

/** What removing has come to. */
export interface Removed {
  readonly name: string;
  /** Bytes of the files that no other name had. */
  readonly freedBytes: number;
}

/**
 * Removes names, and with each the files that no other name has: files that were adopted stay. All of the names, or
 * none, where one is not there or in use.
 *
 * @throws ZosiaError `ZOSIA_MODEL_NOT_FOUND`, `ZOSIA_MODEL_IN_USE`
 */
export async function removeModels(
  store: ModelStore,
  names: readonly string[],
): Promise<Removed[]> {
  const entries = await store.list();
  const chosen = [...new Set(names.map((name) => requireEntry(entries, name)))];
  for (const entry of chosen) {
    const others = entries.filter((other) => !chosen.includes(other));
    for (const sha256 of ownBlobs(entry, others)) {
      if (await store.marks.isUsed(blobKey(sha256))) throw inUse(entry.name);
    }
  }
  const removed: Removed[] = [];
  for (const entry of chosen) {
    const freedBytes = await store.writing(() => removeEntry(store, entry));
    removed.push({ name: entry.name, freedBytes });
  }
  return removed;
}

async function removeEntry(store: ModelStore, entry: StoreEntry): Promise<number> {
  const keys = [...new Set(blobsOf(entry))];
  let freedBytes = 0;
  const isDone = await store.marks.removing(keys.map(blobKey), async () => {
    // First the record, then a look at the others: of two that remove a file's last names at once, one sees none.
    await store.removeRecord(entry.path);
    const others = (await store.list()).filter(({ path }) => path !== entry.path);
    for (const sha256 of ownBlobs(entry, others)) {
      freedBytes += (await store.blobSize(sha256)) ?? 0;
      await store.removeBlob(sha256);
    }
  });
  if (isDone) return freedBytes;
  // Somebody uses a file of it: as long as another name has all of them, that is no matter.
  const others = (await store.list()).filter(({ path }) => path !== entry.path);
  if (ownBlobs(entry, others).length > 0) throw inUse(entry.name);
  await store.removeRecord(entry.path);
  return 0;
}

/** The blobs of a name that none of the others has. */
function ownBlobs(entry: StoreEntry, others: readonly StoreEntry[]): string[] {
  const kept = new Set(others.flatMap(blobsOf));
  return [...new Set(blobsOf(entry))].filter((sha256) => !kept.has(sha256));
}

function requireEntry(entries: readonly StoreEntry[], name: string): StoreEntry {
  const wanted = name.normalize('NFC');
  const found = entries.find((entry) => entry.name === wanted);
  if (found) return found;
  throw noSuchName(
    name,
    entries.map((entry) => entry.name),
  );
}

/** The error when the store has no such name. */
export function noSuchName(name: string, names: readonly string[]): ZosiaError {
  const near = nearestNames(name, names);
  return new ZosiaError(
    'ZOSIA_MODEL_NOT_FOUND',
    `there is no model ${shownReference(name)} in the store`,
    {
      hint:
        near.length > 0
          ? `Did you mean ${near.join(' or ')}? zosia model list tells all names.`
          : 'zosia model list tells the names there are.',
    },
  );
}

const inUse = (name: string): ZosiaError =>
  new ZosiaError('ZOSIA_MODEL_IN_USE', `${name} is in use: a machine runs, or a download goes on`, {
    hint: 'End that first, then remove it.',
  });
