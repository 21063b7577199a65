import { chown, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  consolePath,
  ramPath,
  readSnapshot,
  recordPath,
  statePath,
} from '../../../src/machine/snapshot/files.js';
import { SnapshotStore } from '../../../src/machine/snapshot/store.js';
import { skipWhere } from '../../support/skipping.js';
import { temporaryFolder } from '../../support/temporary.js';
import { saveSample } from './samples.js';

describe('a saved machine that is read', () => {
  const folder = temporaryFolder();
  let store: SnapshotStore;
  let key: string;
  let path: string;
  let number = 0;
  beforeEach(async () => {
    store = new SnapshotStore(folder.file(`cache${number++}`));
    key = await saveSample(store, { kernel: 'k' });
    path = join(store.folder, key);
  });

  const changeRecord = async (changes: object): Promise<void> => {
    const record = JSON.parse(await readFile(recordPath(path), 'utf8')) as object;
    await writeFile(recordPath(path), JSON.stringify({ ...record, ...changes }));
  };

  it('is as it was saved', async () => {
    const found = await readSnapshot(path);
    expect(Buffer.from(found!.state).toString()).toBe('state');
    expect(Buffer.from(found!.console).toString()).toBe('console');
  });

  it.each([
    ['its state is another', () => writeFile(statePath(path), 'stale')],
    ['its state is cut short', () => truncate(statePath(path), 4)],
    ['its state is longer', () => writeFile(statePath(path), 'state!')],
    ['its console is another', () => writeFile(consolePath(path), 'Console')],
    ['its RAM is cut short', () => truncate(ramPath(path), 1 << 12)],
    ['its RAM begins otherwise', () => writeFile(ramPath(path), Buffer.alloc(1 << 16, 8))],
    ['its record is damaged', () => writeFile(recordPath(path), '{')],
    ['the host was started anew before it was synced', () => changeRecord({ hostStart: 1000 })],
    [
      'its state is said to be huge',
      () => changeRecord({ state: { sizeBytes: 2 ** 40, sha256: '' } }),
    ],
  ])('is none when %s, and is removed', async (_, damage) => {
    await damage();
    expect(await readSnapshot(path)).toBeUndefined();
    expect(await store.lend(key)).toBeUndefined();
    expect(await store.list()).toEqual([]);
  });

  it('outlives a restart of the host once it is synced', async () => {
    await store.sync(key);
    expect(JSON.parse(await readFile(recordPath(path), 'utf8'))).not.toHaveProperty('hostStart');
    expect(await readSnapshot(path)).toBeDefined();
    expect((await store.list())[0]).toMatchObject({ key, isInUse: false });
  });

  it(
    'is none when it is of another user',
    skipWhere(process.getuid?.() !== 0, 'only root gives files away'),
    async () => {
      await chown(path, 4242, 4242);
      expect(await readSnapshot(path)).toBeUndefined();
    },
  );
});
