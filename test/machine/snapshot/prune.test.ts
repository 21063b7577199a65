import { truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { statePath } from '../../../src/machine/snapshot/files.js';
import { pruneSnapshots, removeSnapshots } from '../../../src/machine/snapshot/prune.js';
import { SnapshotStore } from '../../../src/machine/snapshot/store.js';
import { temporaryFolder } from '../../support/temporary.js';
import { saveSample, saveThree } from './samples.js';

const folder = temporaryFolder();
let store: SnapshotStore;
let keys: string[];
let number = 0;
beforeEach(async () => {
  store = new SnapshotStore(folder.file(`cache${number++}`));
  keys = await saveThree(store);
});

const kept = async (): Promise<string[]> => (await store.list()).map(({ key }) => key);
const damage = (key: string): Promise<void> => truncate(statePath(join(store.folder, key)), 1);

describe('pruneSnapshots', () => {
  it('removes what is damaged, and nothing else while there is room', async () => {
    await damage(keys[2]!);
    expect(await pruneSnapshots(store, { all: false })).toMatchObject([{ key: keys[2] }]);
    expect(await kept()).toEqual([keys[1], keys[0]]);
  });

  it('removes what was used longest ago until the rest fits, or nothing more may go', async () => {
    const [{ sizeBytes } = { sizeBytes: 0 }] = await store.list();
    const lent = await store.lend(keys[2]!);
    const removed = await pruneSnapshots(store, { all: false, budgetBytes: 2 * sizeBytes });
    expect(removed).toMatchObject([{ key: keys[0], sizeBytes }]);
    expect(await pruneSnapshots(store, { all: false, budgetBytes: 0 })).toHaveLength(1);
    expect(await kept()).toEqual([keys[2]]);
    await lent!.giveBack();
  });

  it('removes all that is not in use when it is told to', async () => {
    const lent = await store.lend(keys[1]!);
    expect(await pruneSnapshots(store, { all: true })).toHaveLength(2);
    expect(await kept()).toEqual([keys[1]]);
    await lent!.giveBack();
  });
});

describe('removeSnapshots', () => {
  it('takes the beginning of a key, and one that is named twice once', async () => {
    const prefix = keys[0]!.slice(0, 12);
    expect(await removeSnapshots(store, [prefix, keys[0]!])).toMatchObject([{ key: keys[0] }]);
    expect(await kept()).toEqual([keys[2], keys[1]]);
  });

  it.each([
    ['no key', 'x', /there is no snapshot x/],
    ['all of them', '', /there is no snapshot/],
    ['a path', '..', /there is no snapshot/],
  ])('refuses what names %s, and removes nothing', async (_, prefix, message) => {
    await expect(removeSnapshots(store, [keys[0]!, prefix])).rejects.toThrow(message);
    expect(await kept()).toHaveLength(3);
  });

  it('refuses a beginning that several have', async () => {
    // Of 17 keys two begin with the same digit.
    for (let number = 0; number < 14; number++) await saveSample(store, { kernel: `${number}` });
    const firsts = (await kept()).map((key) => key[0]!);
    const twice = firsts.find((digit, index) => firsts.indexOf(digit) !== index)!;
    await expect(removeSnapshots(store, [twice])).rejects.toThrow(/\d snapshots begin with/);
    expect(await kept()).toHaveLength(17);
  });

  it('refuses one that is in use', async () => {
    const lent = await store.lend(keys[0]!);
    const refused = removeSnapshots(store, [keys[0]!]);
    await expect(refused).rejects.toMatchObject({ code: 'ZOSIA_SNAPSHOT_IN_USE' });
    await lent!.giveBack();
  });
});
