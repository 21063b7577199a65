import { execFileSync } from 'node:child_process';
import {
  mkdir,
  readFile,
  readdir,
  rm,
  stat,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listModels } from '../../../src/models/list.js';
import { NamedModels } from '../../../src/models/named-models.js';
import { pullModel } from '../../../src/models/pull/pull.js';
import { addModel } from '../../../src/models/store/add.js';
import { blobKey, ModelStore } from '../../../src/models/store/store.js';
import { pruneStore } from '../../../src/models/store/prune.js';
import { removeModels } from '../../../src/models/store/remove.js';
import { verifyModels } from '../../../src/models/store/verify.js';
import { claimTemporary, releaseTemporary } from '../../../src/host/temporary.js';
import { splitModel } from '../../support/split-model.js';
import { zosiaError } from '../../support/errors.js';
import { temporaryFolder } from '../../support/temporary.js';
import { fakeDownload, ggufBytes, NO_CACHES, resolvedModel, sha256 } from './fixtures.js';

const folder = temporaryFolder();
let count = 0;
const newStore = (): ModelStore => new ModelStore(folder.file(`store ${++count}`));
const named = (store: ModelStore): NamedModels => new NamedModels({ store, caches: NO_CACHES });

async function pulled(store: ModelStore, name: string, bytes: Uint8Array, as = name) {
  const files = { 'model.gguf': bytes };
  return pullModel(store, resolvedModel(name, files), { ...fakeDownload(files), name: as });
}

describe('a model that is added', () => {
  it('stays where it is, is found by its name, and is there after it was removed', async () => {
    const path = folder.file('mine.gguf');
    await writeFile(path, await ggufBytes('mine'));
    const store = newStore();
    const model = await addModel(store, path);
    expect(model.name).toBe('mine');
    expect(await readdir(store.folder)).toEqual(['names']);
    const found = await named(store).find('mine');
    expect(found?.files).toMatchObject([{ path, sha256: sha256(await readFile(path)) }]);
    await removeModels(store, ['mine']);
    expect(await named(store).find('mine')).toBeUndefined();
    expect((await stat(path)).isFile()).toBe(true);
  });

  it('has all parts of a split one, whichever is named', async () => {
    const whole = folder.file('big.gguf');
    await writeFile(whole, await ggufBytes('big'));
    const parts = await splitModel(whole, 3);
    const model = await addModel(newStore(), parts[1]!);
    expect(model.name).toBe('big');
    expect(model.files.map(({ path }) => path)).toEqual(parts);
  });

  it('does not take the name of another model', async () => {
    const store = newStore();
    await writeFile(folder.file('one.gguf'), await ggufBytes('one'));
    await writeFile(folder.file('two.gguf'), await ggufBytes('two'));
    await addModel(store, folder.file('one.gguf'), { name: 'x' });
    await addModel(store, folder.file('one.gguf'), { name: 'x' });
    await expect(addModel(store, folder.file('two.gguf'), { name: 'x' })).rejects.toThrow(
      zosiaError('ZOSIA_MODEL_NAME_TAKEN'),
    );
  });

  it('is refused once its file has changed, and told from one that is gone', async () => {
    const path = folder.file('changing.gguf');
    await writeFile(path, await ggufBytes('changing'));
    const store = newStore();
    await addModel(store, path);
    await utimes(path, 1, 1);
    await expect(named(store).find('changing')).rejects.toThrow(
      zosiaError('ZOSIA_MODEL_FILE_CHANGED'),
    );
    await rm(path);
    await expect(named(store).find('changing')).rejects.toThrow(
      zosiaError('ZOSIA_MODEL_FILE_GONE'),
    );
    const [listed] = await listModels(named(store));
    expect(listed).toMatchObject({ name: 'changing', state: 'gone' });
    expect(await removeModels(store, ['changing'])).toEqual([{ name: 'changing', freedBytes: 0 }]);
  });
});

describe('a blob of a store that is added under another name', () => {
  it.each([false, true])('stays until its last name is gone (by a link: %s)', async (byLink) => {
    const store = newStore();
    const bytes = await ggufBytes(`shared ${byLink}`);
    await pulled(store, 'a', bytes);
    const blob = store.blobPath(sha256(bytes));
    const link = folder.file('link to a blob.gguf');
    if (byLink) await symlink(blob, link);
    const b = await addModel(store, byLink ? link : blob, { name: 'b' });
    expect(b.files[0]!.path).toBeUndefined();
    await removeModels(store, ['a']);
    expect(await pruneStore(store)).toEqual([]);
    expect(await readFile(blob)).toEqual(bytes);
    expect(await removeModels(store, ['b'])).toEqual([{ name: 'b', freedBytes: bytes.length }]);
  });

  it('stays, too, where its record still has its path', async () => {
    const store = newStore();
    const bytes = await ggufBytes('by path');
    const { model } = await pulled(store, 'a', bytes);
    const blob = store.blobPath(sha256(bytes));
    await store.write({ ...model, name: 'b', files: [{ ...model.files[0]!, path: blob }] });
    await removeModels(store, ['a']);
    expect(await readFile(blob)).toEqual(bytes);
  });

  it('stays where another store has removed it', async () => {
    const [one, other] = [newStore(), newStore()];
    const bytes = await ggufBytes('of two stores');
    await pulled(one, 'a', bytes);
    await addModel(other, one.blobPath(sha256(bytes)), { name: 'b' });
    await removeModels(one, ['a']);
    expect(await one.blobs()).toEqual([]);
    const found = await named(other).find('b');
    expect(await readFile(found!.files[0]!.path)).toEqual(bytes);
  });

  it('is refused where it is not what its name says', async () => {
    const store = newStore();
    const bytes = await ggufBytes('right');
    await pulled(store, 'a', bytes);
    const blob = store.blobPath(sha256(bytes));
    await writeFile(blob, await ggufBytes('wrong'));
    await expect(addModel(store, blob, { name: 'b' })).rejects.toThrow(
      zosiaError('ZOSIA_MODEL_ROTTEN'),
    );
  });
});

describe('a store without room', () => {
  it.each(['ENOSPC', 'EDQUOT'])('says how to make some (%s)', async (code) => {
    const store = newStore();
    const path = store.recordPath('x');
    const full = Object.assign(new Error(code), { code, syscall: 'write', path });
    await expect(store.writing(() => Promise.reject(full))).rejects.toMatchObject({
      code: 'ZOSIA_DISK_FULL',
      hint: expect.stringContaining('zosia model prune and zosia model rm make room') as string,
    });
  });
});

describe('names of the store', () => {
  it('are removed where a FIFO is in the place of a record', async () => {
    const store = newStore();
    const path = store.recordPath('pipe');
    await mkdir(dirname(path), { recursive: true });
    execFileSync('mkfifo', [path]);
    await expect(store.read('pipe')).rejects.toMatchObject({
      code: 'ZOSIA_MODEL_RECORD_DAMAGED',
      hint: expect.stringContaining('zosia model rm') as string,
    });
    await removeModels(store, ['pipe']);
    expect(await store.list()).toEqual([]);
  });

  it('are suggested where none is as typed', async () => {
    const store = newStore();
    await pulled(store, 'qwen-small', await ggufBytes('q'));
    await expect(removeModels(store, ['qwen-smal'])).rejects.toThrow(
      expect.objectContaining({ hint: expect.stringContaining('qwen-small') as string }) as Error,
    );
  });

  it('share a file: removing one leaves the other, removing the last frees the space', async () => {
    const store = newStore();
    const bytes = await ggufBytes('shared');
    await pulled(store, 'one', bytes);
    await pulled(store, 'two', bytes);
    expect(await store.blobs()).toEqual([sha256(bytes)]);
    expect(await removeModels(store, ['one'])).toEqual([{ name: 'one', freedBytes: 0 }]);
    expect(await named(store).find('two')).toBeDefined();
    expect(await removeModels(store, ['two'])).toEqual([{ name: 'two', freedBytes: bytes.length }]);
    expect(await store.blobs()).toEqual([]);
  });

  it('are not in use when the process that used their file was killed', async () => {
    const store = newStore();
    const bytes = await ggufBytes('killed');
    for (const name of ['one', 'two', 'three', 'four']) await pulled(store, name, bytes);
    const marks = join(store.folder, 'marks/use', `sha256-${sha256(bytes)}`);
    await mkdir(marks, { recursive: true });
    const own = claimTemporary(marks);
    releaseTemporary(own);
    await writeFile(own.replace(`-${process.pid}-`, '-999999999-'), '');
    expect(await readdir(marks)).toHaveLength(1);
    for (const { isInUse } of await listModels(named(store))) expect(isInUse).toBe(false);
  });

  it('are removed, and pulled anew, where a folder is in the place of a record or a file', async () => {
    const store = newStore();
    const bytes = await ggufBytes('folders');
    const model = 'folders';
    await pulled(store, model, bytes);
    for (const path of [store.recordPath(model), store.blobPath(sha256(bytes))]) {
      await rm(path);
      await mkdir(join(path, 'inner'), { recursive: true });
      await removeModels(store, [model]).catch(() => undefined);
      await pulled(store, model, bytes);
      expect(await readFile(store.blobPath(sha256(bytes)))).toEqual(bytes);
    }
    await removeModels(store, [model]);
    expect([await store.list(), await store.blobs()]).toEqual([[], []]);
  });

  it('of which the record is damaged are listed, removed, and pulled anew', async () => {
    const store = newStore();
    const bytes = await ggufBytes('damaged');
    await pulled(store, 'damaged', bytes);
    const record = store.recordPath('damaged');
    const text = await readFile(record, 'utf8');
    await truncate(record, text.length - 20);
    expect(await listModels(named(store))).toMatchObject([{ name: 'damaged', state: 'damaged' }]);
    expect(await pruneStore(store)).toEqual([]);
    await expect(named(store).find('damaged')).rejects.toThrow(
      zosiaError('ZOSIA_MODEL_RECORD_DAMAGED'),
    );
    await pulled(store, 'damaged', bytes);
    expect(await named(store).find('damaged')).toBeDefined();
    await writeFile(record, '{}');
    await removeModels(store, ['damaged']);
    expect(await pruneStore(store)).toMatchObject([{ kind: 'blob' }]);
    expect(await store.blobs()).toEqual([]);
  });

  it('are not of a record that another name has', async () => {
    const store = newStore();
    await pulled(store, 'one', await ggufBytes('one'));
    await writeFile(store.recordPath('two'), await readFile(store.recordPath('one')));
    await expect(named(store).find('two')).rejects.toThrow(
      zosiaError('ZOSIA_MODEL_RECORD_DAMAGED'),
    );
  });
});

describe('what is in use', () => {
  it('is neither removed nor pruned, until it is given back', async () => {
    const store = newStore();
    const bytes = await ggufBytes('used');
    await pulled(store, 'used', bytes);
    const models = new NamedModels({ store, caches: NO_CACHES, hold: true });
    await models.find('used');
    await expect(removeModels(store, ['used'])).rejects.toThrow(zosiaError('ZOSIA_MODEL_IN_USE'));
    await rm(store.recordPath('used'));
    expect(await pruneStore(store)).toEqual([]);
    await models.release();
    expect(await pruneStore(store)).toHaveLength(1);
  });

  it('is waited for by whoever wants to use what is being removed', async () => {
    const store = newStore();
    const events: string[] = [];
    await store.marks.removing(['thing'], async () => {
      const using = store.marks.use('thing').then((mark) => {
        events.push('used');
        return mark.takeBack();
      });
      await new Promise((resolve) => setTimeout(resolve, 60));
      events.push('removed');
      void using;
    });
    await expect.poll(() => events).toEqual(['removed', 'used']);
  });
});

describe('verifying', () => {
  it('names a file of which one bit is not as it was, although its time and length are', async () => {
    const store = newStore();
    const bytes = await ggufBytes('rot');
    const { model } = await pulled(store, 'rot', bytes);
    const path = store.blobPath(sha256(bytes));
    const { mtime } = await stat(path);
    const rotten = Buffer.from(bytes);
    rotten[rotten.length - 1]! ^= 1;
    await writeFile(path, rotten);
    await utimes(path, mtime, mtime);
    const verified = await verifyModels(store, [model]);
    expect(verified).toMatchObject([{ name: 'rot', path, state: 'rotten' }]);
    expect(verified[0]!.hint).toContain('zosia model pull rot --force');
    const models = new NamedModels({ store, caches: NO_CACHES, verify: true });
    await expect(models.find('rot')).rejects.toThrow(zosiaError('ZOSIA_MODEL_ROTTEN'));
    const files = { 'model.gguf': bytes };
    await pullModel(store, resolvedModel('rot', files), { ...fakeDownload(files), force: true });
    expect(await models.find('rot')).toBeDefined();
  });

  it('knows a file by its new time once its bytes have been found right', async () => {
    const store = newStore();
    const { model } = await pulled(store, 'touched', await ggufBytes('touched'));
    await utimes(store.pathOf(model.files[0]!), 1, 1);
    await expect(named(store).find('touched')).rejects.toThrow();
    expect(await verifyModels(store, [model])).toMatchObject([{ state: 'right' }]);
    expect(await named(store).find('touched')).toBeDefined();
  });
});

describe('pruning', () => {
  it('removes what was begun long ago, and leaves what is begun, used, or foreign', async () => {
    const store = newStore();
    await mkdir(store.partialFolder, { recursive: true });
    const [old, young, used] = ['a', 'b', 'c'].map((digit) => blobKey(digit.repeat(64)));
    const names = [`${old!}.part`, `${old!}.part.json`, `${young!}.part`, `${used!}.part`, 'notes'];
    for (const name of names) {
      await writeFile(join(store.partialFolder, name), 'x');
      if (!name.startsWith(young!)) await utimes(join(store.partialFolder, name), 1, 1);
    }
    const mark = await store.marks.use(used!);
    const told = await pruneStore(store, { dryRun: true });
    expect(await readdir(store.partialFolder)).toHaveLength(names.length);
    expect(await pruneStore(store)).toEqual(told);
    await mark.takeBack();
    expect((await readdir(store.partialFolder)).sort()).toEqual(
      [`${young!}.part`, `${used!}.part`, 'notes'].sort(),
    );
  });
});
