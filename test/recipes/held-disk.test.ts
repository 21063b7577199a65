import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { pullModel } from '../../src/models/pull/pull.js';
import { pruneStore } from '../../src/models/store/prune.js';
import { removeModels } from '../../src/models/store/remove.js';
import { blobKey, ModelStore } from '../../src/models/store/store.js';
import { withHeldDisk } from '../../src/recipes/held-disk.js';
import { readModelFiles } from '../../src/recipes/model.js';
import { writeModelDisk } from '../../src/recipes/model-disk.js';
import { fakeDownload, ggufBytes, resolvedModel, sha256 } from '../models/store/fixtures.js';
import { zosiaError } from '../support/errors.js';
import { temporaryFolder } from '../support/temporary.js';

const folder = temporaryFolder();

async function diskOf(path: string, out: string): Promise<string> {
  await writeModelDisk(await readModelFiles([path], folder.path), { format: 'vmdk', out });
  return out;
}

it('nobody removes the blobs of a store while a disk that refers to them is used', async () => {
  const store = new ModelStore(folder.file('store'));
  const bytes = await ggufBytes('held');
  const files = { 'held.gguf': bytes };
  const { model } = await pullModel(store, resolvedModel('held', files), fakeDownload(files));
  const blob = store.blobPath(sha256(bytes));
  const disk = await diskOf(blob, folder.file('disk.vmdk'));
  const result = await withHeldDisk(disk, async () => {
    await expect(removeModels(store, [model.name])).rejects.toThrow(
      zosiaError('ZOSIA_MODEL_IN_USE'),
    );
    await store.removeRecord(store.recordPath(model.name));
    expect(await pruneStore(store)).toEqual([]);
    return 'ran';
  });
  expect(result).toBe('ran');
  expect(await store.marks.isUsed(blobKey(sha256(bytes)))).toBe(false);
  await expect(withHeldDisk(disk, () => Promise.reject(new Error('ended')))).rejects.toThrow(
    'ended',
  );
  expect(await store.marks.isUsed(blobKey(sha256(bytes)))).toBe(false);
  expect(await pruneStore(store)).toMatchObject([{ kind: 'blob' }]);
});

it('nothing is written to the folders of another program, and a bad disk is for others to tell', async () => {
  const bytes = await ggufBytes('of ollama');
  const other = new ModelStore(folder.file('ollama'));
  await mkdir(other.blobsFolder, { recursive: true });
  const blob = other.blobPath(sha256(bytes));
  await writeFile(blob, bytes);
  const disk = await diskOf(blob, folder.file('other.vmdk'));
  await withHeldDisk(disk, async () => {
    expect(await other.marks.isUsed(blobKey(sha256(bytes)))).toBe(false);
  });
  await rename(blob, join(folder.path, 'elsewhere'));
  for (const path of [disk, folder.file('nothing'), undefined]) {
    expect(await withHeldDisk(path, () => Promise.resolve('ran'))).toBe('ran');
  }
});
