import { mkdir, readdir, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { hostProcesses } from '../../../src/host/process-owner.js';
import { ramPath, recordPath } from '../../../src/machine/snapshot/files.js';
import { SnapshotStore } from '../../../src/machine/snapshot/store.js';
import { temporaryFolder } from '../../support/temporary.js';
import { saveSample } from './samples.js';

const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;

describe('a store of saved machines', () => {
  const folder = temporaryFolder();
  let store: SnapshotStore;
  let number = 0;
  beforeEach(() => {
    store = new SnapshotStore(folder.file(`cache${number++}`));
  });

  it('has nothing before there is a folder', async () => {
    expect(await store.list()).toEqual([]);
    expect(await store.lend('0'.repeat(32))).toBeUndefined();
    await store.remove('0'.repeat(32));
  });

  it('lends a machine, which is in use until it is given back', async () => {
    const key = await saveSample(store, { kernel: 'k' });
    const [one, other] = [await store.lend(key), await store.lend(key)];
    expect(await store.list()).toMatchObject([
      { key, isInUse: true, subject: { model: 'tiny.gguf' } },
    ]);
    await one!.giveBack();
    expect((await store.list())[0]!.isInUse).toBe(true);
    await other!.giveBack();
    expect((await store.list())[0]!.isInUse).toBe(false);
  });

  it('removes a machine while it is lent, and can give it back all the same', async () => {
    const key = await saveSample(store, { kernel: 'k' });
    const lent = await store.lend(key);
    await store.remove(key);
    expect(await store.list()).toEqual([]);
    await lent!.giveBack();
    expect(await readdir(store.folder)).toEqual([]);
  });

  it('removes a draft that is given back, and keeps the first of two of one kind', async () => {
    const key = await saveSample(store, { kernel: 'k' }, { state: 'first' });
    expect(await saveSample(store, { kernel: 'k' }, { state: 'other' })).toBe(key);
    const lent = await store.lend(key);
    expect(Buffer.from(lent!.snapshot.state).toString()).toBe('first');
    await lent!.giveBack();
    expect(await readdir(store.folder)).toEqual([key]);
  });

  it('removes drafts and marks of processes that are dead', async () => {
    const key = await saveSample(store, { kernel: 'k' });
    const { place } = hostProcesses();
    const dead = `.zosia-4194999-1-${place}-1.tmp`;
    await mkdir(join(store.folder, dead));
    await writeFile(join(store.folder, dead, 'ram'), 'RAM');
    await writeFile(join(store.folder, key, dead), '');
    expect(await store.list()).toMatchObject([{ key, isInUse: false }]);
    expect(await readdir(store.folder)).toEqual([key]);
  });

  it.each(['000', '022', '077'])('keeps all to the user under umask %s', async (mask) => {
    const before = process.umask(mask);
    try {
      const key = await saveSample(store, { kernel: 'k' });
      expect(await modeOf(store.folder)).toBe(0o700);
      expect(await modeOf(join(store.folder, key))).toBe(0o700);
      for (const path of [ramPath, recordPath]) {
        expect(await modeOf(path(join(store.folder, key)))).toBe(0o600);
      }
      await store.sync(key);
      expect(await modeOf(recordPath(join(store.folder, key)))).toBe(0o600);
    } finally {
      process.umask(before);
    }
  });

  it('lends no machine under a key that is not its own', async () => {
    const key = await saveSample(store, { kernel: 'k' });
    const other = 'f'.repeat(32);
    await rename(join(store.folder, key), join(store.folder, other));
    const onDamaged = vi.fn();
    expect(await store.lend(other, onDamaged)).toBeUndefined();
    expect(onDamaged).toHaveBeenCalledOnce();
    expect(await readdir(store.folder)).toEqual([]);
  });

  it('leaves alone what has no key for a name', async () => {
    const key = await saveSample(store, { kernel: 'k' });
    await mkdir(join(store.folder, 'notes'));
    await rename(join(store.folder, key), join(store.folder, 'kept'));
    expect(await store.list()).toEqual([]);
    expect(await readdir(store.folder)).toHaveLength(2);
  });
});
