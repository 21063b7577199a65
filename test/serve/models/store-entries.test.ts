import { copyFile, rm, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { addModel } from '../../../src/models/store/add.js';
import { removeModels } from '../../../src/models/store/remove.js';
import { ModelStore } from '../../../src/models/store/store.js';
import { StoreEntries } from '../../../src/serve/models/store-entries.js';
import { EMBEDDED_MODEL, embeddedReference } from '../../support/embedded-model.js';
import { temporaryFolder } from '../../support/temporary.js';

const FRESH_MS = 1000;

describe('the models of a store', () => {
  const folder = temporaryFolder();
  let count = 0;
  let store: ModelStore;
  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    store = new ModelStore(folder.file(`store ${++count}`));
    for (const name of ['b', 'a']) await copyFile(EMBEDDED_MODEL, folder.file(`${name}.gguf`));
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  const names = async (entries: StoreEntries) => (await entries.list()).map(({ name }) => name);

  it('are there as they come and go, by their names', async () => {
    const entries = new StoreEntries(store);
    expect(await names(entries)).toEqual([]);
    for (const name of ['b', 'a']) await addModel(store, folder.file(`${name}.gguf`));
    // Requests come faster than models.
    expect(await names(entries)).toEqual([]);
    vi.advanceTimersByTime(FRESH_MS + 1);
    expect(await names(entries)).toEqual(['a', 'b']);
    await removeModels(store, ['a']);
    vi.advanceTimersByTime(FRESH_MS + 1);
    expect(await names(entries)).toEqual(['b']);
  });

  it('have their size and time, and are found by name', async () => {
    const { files } = await addModel(store, folder.file('a.gguf'), { name: 'mine' });
    const [entry] = await new StoreEntries(store).list();
    expect(entry).toMatchObject({ name: 'mine', found: 'mine', sizeBytes: files[0]!.sizeBytes });
    expect(entry!.created).toBeCloseTo(Date.now() / 1000, -2);
  });

  it('are none that llama.cpp does not run, and none whose record is damaged', async () => {
    const { checkpoint, tokenizer } = await embeddedReference(folder.path);
    await addModel(store, checkpoint, { name: 'stories', tokenizer });
    await addModel(store, folder.file('a.gguf'), { name: 'damaged' });
    await addModel(store, folder.file('b.gguf'));
    await writeFile(store.recordPath('damaged'), '{');
    expect(await names(new StoreEntries(store))).toEqual(['b']);
  });

  it('are read again after it could not be read', async () => {
    const entries = new StoreEntries(store);
    await writeFile(store.folder, 'no folder');
    await expect(entries.list()).rejects.toThrow();
    await rm(store.folder);
    expect(await names(entries)).toEqual([]);
  });
});
