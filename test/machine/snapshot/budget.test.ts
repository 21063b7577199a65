import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { GIB, MIB } from '../../../src/image/units.js';
import { hasRoomForRam, makeRoom, readRoom } from '../../../src/machine/snapshot/budget.js';
import { recordPath } from '../../../src/machine/snapshot/files.js';
import { SnapshotStore } from '../../../src/machine/snapshot/store.js';
import { temporaryFolder } from '../../support/temporary.js';
import { saveThree } from './samples.js';

describe('the budget of saved machines', () => {
  const folder = temporaryFolder();
  let store: SnapshotStore;
  let keys: string[];
  let number = 0;
  beforeEach(async () => {
    store = new SnapshotStore(folder.file(`cache${number++}`));
    keys = await saveThree(store);
  });

  const kept = async (): Promise<string[]> => (await store.list()).map(({ key }) => key);

  it('removes what was used longest ago, and no more than it has to', async () => {
    const room = await readRoom(store);
    const total = room.stored.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    expect(await makeRoom(store, { ...room, budgetBytes: total }, 1)).toBe(true);
    expect(await kept()).toEqual([keys[2], keys[1]]);
  });

  it('never removes what is in use', async () => {
    // It was not when the room was looked at.
    const room = await readRoom(store);
    const lent = await store.lend(keys[0]!);
    const used = new Date(1e12);
    await utimes(recordPath(join(store.folder, keys[0]!)), used, used);
    const total = room.stored.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    expect(await makeRoom(store, { ...room, budgetBytes: total }, 1)).toBe(true);
    expect(await kept()).toEqual([keys[2], keys[0]]);
    await lent!.giveBack();
  });

  it('removes nothing when that would not be enough', async () => {
    const room = await readRoom(store, 10);
    expect(await makeRoom(store, room, 11)).toBe(false);
    expect(await kept()).toHaveLength(3);
  });

  it('is a tenth of the free disk, at most 20 GiB, unless it is given', async () => {
    const { freeBytes, budgetBytes } = await readRoom(store);
    expect(budgetBytes).toBeLessThanOrEqual(20 * GIB);
    expect(budgetBytes).toBeLessThan(freeBytes / 5);
    expect((await readRoom(store, 0)).budgetBytes).toBe(0);
  });

  it('leaves some of the disk to others', () => {
    const room = { budgetBytes: 0, stored: [], freeBytes: 300 * MIB };
    expect(hasRoomForRam(room, 44 * MIB)).toBe(true);
    expect(hasRoomForRam(room, 45 * MIB)).toBe(false);
  });
});
