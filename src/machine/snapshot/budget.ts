import { readFreeBytes } from '../../host/free-space.js';
import { makeFolder } from '../../host/make-folder.js';
import { GIB, MIB } from '../../image/units.js';
import type { SnapshotStore, StoredSnapshot } from './store.js';

/** Of what is free and what snapshots have, they get this part, and never more than {@link MOST_BYTES}. */
const PART = 1 / 10;
const MOST_BYTES = 20 * GIB;

/** What is left free on the disk, whatever the budget. */
const RESERVE_BYTES = 256 * MIB;

/** Room on a disk, as far as snapshots go. */
export interface Room {
  readonly freeBytes: number;
  readonly budgetBytes: number;
  readonly stored: readonly StoredSnapshot[];
}

/** @param budgetBytes a tenth of the free disk, at most 20 GiB, unless given */
export async function readRoom(store: SnapshotStore, budgetBytes?: number): Promise<Room> {
  await makeFolder(store.folder);
  const [free, stored] = await Promise.all([readFreeBytes(store.folder), store.list()]);
  const freeBytes = free ?? Infinity;
  const available = freeBytes + totalBytes(stored);
  return { freeBytes, stored, budgetBytes: budgetBytes ?? Math.min(available * PART, MOST_BYTES) };
}

/** Whether a machine may have its RAM in a file: it would be killed where the disk has no room for a page. */
export const hasRoomForRam = ({ freeBytes }: Room, ramBytes: number): boolean =>
  freeBytes >= ramBytes + RESERVE_BYTES;

/**
 * Makes room for another snapshot within the budget: what was used longest ago goes first, and nothing that
 * is in use.
 *
 * @returns whether there is room now; nothing is removed unless there will be
 */
export async function makeRoom(
  store: SnapshotStore,
  room: Room,
  neededBytes: number,
): Promise<boolean> {
  // Others may have begun to use some since the room was looked at, and have saved or removed some.
  const stored = await store.list();
  const { leaving, isEnough } = chooseLeaving({ ...room, stored }, neededBytes);
  if (!isEnough) return false;
  for (const { key } of leaving) await store.remove(key);
  return true;
}

/** Which snapshots have to go for another one of so many bytes, as far as they may. */
export function chooseLeaving(
  { budgetBytes, stored }: Room,
  neededBytes: number,
): { leaving: StoredSnapshot[]; isEnough: boolean } {
  let total = totalBytes(stored) + neededBytes;
  const leaving: StoredSnapshot[] = [];
  for (const each of [...stored].reverse()) {
    if (total <= budgetBytes) break;
    if (each.isInUse) continue;
    leaving.push(each);
    total -= each.sizeBytes;
  }
  return { leaving, isEnough: total <= budgetBytes };
}

const totalBytes = (stored: readonly StoredSnapshot[]): number =>
  stored.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
