import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openHttpClient } from '../../../src/download/api.js';
import { makeDownloader } from '../../../src/download/download-file.js';
import { getModel } from '../../../src/models/pull/get-model.js';
import type { GetModelOptions } from '../../../src/models/pull/get-model.js';
import { listModels } from '../../../src/models/list.js';
import { NamedModels } from '../../../src/models/named-models.js';
import { ModelStore } from '../../../src/models/store/store.js';
import { startHub } from '../../support/model-servers/hub.js';
import type { HubServer } from '../../support/model-servers/hub.js';
import { zosiaError } from '../../support/errors.js';
import { temporaryFolder } from '../../support/temporary.js';
import { ggufBytes, NO_CACHES, sha256 } from '../store/fixtures.js';

const folder = temporaryFolder();
const http = openHttpClient();
const download = makeDownloader({ segmentBytes: 4096, lockPollMs: 20 });
const TEXT = 'hf:owner/repo/model.gguf';
let one: HubServer;
/** Has the very same. */
let mirror: HubServer;
/** Has another file under the same revision. */
let other: HubServer;

beforeAll(async () => {
  const hubOf = async (name: string): Promise<HubServer> =>
    startHub({ repos: { 'owner/repo': { files: { 'model.gguf': await ggufBytes(name) } } } });
  [one, mirror, other] = [await hubOf('one'), await hubOf('one'), await hubOf('other')];
});
afterAll(() => Promise.all([http, one, mirror, other].map((each) => each.close())));

let count = 0;
const newStore = (): ModelStore => new ModelStore(folder.file(`store ${++count}`));
const addressOf = ({ url }: HubServer): string => url.origin;

const get = (
  store: ModelStore,
  hub: HubServer,
  options: Partial<GetModelOptions> = {},
  text = TEXT,
) =>
  getModel(new NamedModels({ store, caches: NO_CACHES, hubUrl: hub.url }), text, {
    ...{ context: { http, hubUrl: hub.url }, download },
    ...options,
  });

/** What is found, and what is said about it. */
async function find(store: ModelStore, hub: HubServer, text = TEXT) {
  const notes: string[] = [];
  const onNote = (line: string): void => void notes.push(line);
  const models = new NamedModels({ store, caches: NO_CACHES, hubUrl: hub.url, onNote });
  const found = await models.find(text);
  await models.find(text);
  return { name: found?.name, notes };
}

describe('a model of a hub', () => {
  it('has in its record which one, as lists do', async () => {
    const store = newStore();
    const { model } = await get(store, one);
    expect(model.source.hubUrl).toBe(addressOf(one));
    const models = new NamedModels({ store, caches: NO_CACHES });
    expect(await listModels(models)).toMatchObject([{ hubUrl: addressOf(one) }]);
  });

  it('is used for another hub that has the same digest, and stays from where it is', async () => {
    const store = newStore();
    const { model } = await get(store, one);
    const before = mirror.cdn.requests.length;
    const again = await get(store, mirror);
    expect(again).toMatchObject({ isNew: false, model: { source: model.source } });
    expect(mirror.cdn.requests.length).toBe(before);
    expect((await store.read(model.name))?.source.hubUrl).toBe(addressOf(one));
  });

  it('is not replaced by what another hub has under the same name, unless that is forced', async () => {
    const store = newStore();
    const { model } = await get(store, one);
    await expect(get(store, other)).rejects.toThrow(zosiaError('ZOSIA_MODEL_NAME_TAKEN'));
    await expect(get(store, other)).rejects.toThrow(`at ${addressOf(one)}`);
    expect(await store.read(model.name)).toMatchObject(model);
    const forced = await get(store, other, { force: true });
    expect(forced.model.source.hubUrl).toBe(addressOf(other));
    expect(forced.model.files[0]!.sha256).toBe(sha256(await ggufBytes('other')));
  });

  it('is told to be from another hub than the one that is asked for, once', async () => {
    const store = newStore();
    const { model } = await get(store, one);
    expect((await find(store, one)).notes).toEqual([]);
    const { name, notes } = await find(store, other);
    expect(name).toBe(model.name);
    expect(notes).toEqual([
      `${TEXT} is here from ${addressOf(one)}; ${addressOf(other)} may have another: zosia model pull asks it`,
    ]);
    expect((await find(store, other, model.name)).notes).toEqual([]);
  });

  it('is found for the hub that it is from, where there is one of each', async () => {
    const store = newStore();
    await get(store, one, { name: 'a' });
    await get(store, other, { name: 'b' });
    expect(await find(store, one)).toEqual({ name: 'a', notes: [] });
    expect(await find(store, other)).toEqual({ name: 'b', notes: [] });
  });

  it('is known from a record of an earlier version, which learns its hub from the next pull', async () => {
    const store = newStore();
    const { model } = await get(store, one);
    const path = store.recordPath(model.name);
    const record = JSON.parse(await readFile(path, 'utf8')) as { source: { hubUrl?: string } };
    delete record.source.hubUrl;
    await writeFile(path, JSON.stringify(record));
    expect((await store.read(model.name))?.source).toEqual(record.source);
    expect((await find(store, other)).notes).toEqual([]);
    expect(await get(store, one)).toMatchObject({ isNew: false });
    expect((await store.read(model.name))?.source.hubUrl).toBe(addressOf(one));
  });

  it.each(['ftp://x.test', 'https://user:secret@x.test', 'https://x.test/?a', 'x'])(
    'has a damaged record where its hub is %s',
    async (hubUrl) => {
      const store = newStore();
      const { model } = await get(store, one);
      const path = store.recordPath(model.name);
      const text = await readFile(path, 'utf8');
      await writeFile(path, text.replace(addressOf(one), hubUrl));
      await expect(store.read(model.name)).rejects.toThrow(
        zosiaError('ZOSIA_MODEL_RECORD_DAMAGED'),
      );
    },
  );
});
