import { readFile, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mkdir } from 'node:fs/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { openHttpClient } from '../../../src/download/api.js';
import { makeDownloader } from '../../../src/download/download-file.js';
import { offlineClient } from '../../../src/download/http-client.js';
import { findEntry } from '../../../src/models/catalogue/catalogue.js';
import { getModel } from '../../../src/models/pull/get-model.js';
import type { GetModelOptions } from '../../../src/models/pull/get-model.js';
import { NamedModels } from '../../../src/models/named-models.js';
import { pullModel } from '../../../src/models/pull/pull.js';
import { resolvePinned } from '../../../src/models/resolve/resolve-pinned.js';
import { writeNamePin } from '../../../src/models/store/name-pins.js';
import { ModelStore } from '../../../src/models/store/store.js';
import { removeModels } from '../../../src/models/store/remove.js';
import { readModel } from '../../../src/recipes/model.js';
import { COMMIT, startHub } from '../../support/model-servers/hub.js';
import type { HubServer } from '../../support/model-servers/hub.js';
import { serveBytes, startServer } from '../../support/model-servers/served-bytes.js';
import type { ModelServer } from '../../support/model-servers/served-bytes.js';
import { splitModel } from '../../support/split-model.js';
import { zosiaError } from '../../support/errors.js';
import { temporaryFolder } from '../../support/temporary.js';
import { fakeDownload, ggufBytes, NO_CACHES, resolvedModel, sha256 } from '../store/fixtures.js';

const folder = temporaryFolder();
const http = openHttpClient();
const download = makeDownloader({ segmentBytes: 4096, lockPollMs: 20 });
const servers: (HubServer | ModelServer)[] = [];
afterAll(async () => {
  await http.close();
  await Promise.all(servers.map((server) => server.close()));
});

let count = 0;
const newStore = (): ModelStore => new ModelStore(folder.file(`store ${++count}`));

async function hubOf(files: Readonly<Record<string, Uint8Array>>): Promise<HubServer> {
  const hub = await startHub({ repos: { 'owner/repo': { files } } });
  servers.push(hub);
  return hub;
}

function get(
  store: ModelStore,
  text: string,
  hub: HubServer,
  options: Partial<GetModelOptions> = {},
) {
  const models = new NamedModels({ store, caches: NO_CACHES });
  return getModel(models, text, { context: { http, hubUrl: hub.url }, download, ...options });
}

/** What is left in a store, but for its pins. */
async function filesIn(store: ModelStore): Promise<string[]> {
  const found = await readdir(store.folder, { recursive: true, withFileTypes: true }).catch(
    () => [],
  );
  return found.filter((each) => each.isFile()).map(({ name }) => name);
}

describe('a pull of a path', () => {
  it.each([
    ['.', /^\. is a folder, not a model$/, /^zosia model add FILE gives a file in it a name\.$/],
    ['test/models', /^test\/models is a folder, not a model$/, /zosia model pull hf:test\/models$/],
    ['/dev/null', /^\/dev\/null is a device, not a model$/, /^A model is a name/],
    ['./package.json', /is a file of this host/, /^zosia model add \.\/package\.json gives it/],
    ['owner/nowhere', /is a path, and nothing is there$/, /zosia model pull hf:owner\/nowhere$/],
    ['./nowhere.gguf', /is a path, and nothing is there$/, /^A model is a name/],
  ])('says of %s what is there, and what to do', async (path, message, hint) => {
    await expect(get(newStore(), path, await hubOf({}))).rejects.toMatchObject({
      code: 'ZOSIA_MODEL_IS_PATH',
      message: expect.stringMatching(message) as string,
      hint: expect.stringMatching(hint) as string,
    });
  });
});

describe('a pull', () => {
  it('holds each hub to its own word on a revision', async () => {
    const store = newStore();
    const one = await hubOf({ 'model.gguf': await ggufBytes('of a mirror') });
    const other = await hubOf({ 'model.gguf': await ggufBytes('of the hub') });
    await get(store, 'hf:owner/repo/model.gguf', one, { name: 'one' });
    const { model } = await get(store, 'hf:owner/repo/model.gguf', other, { name: 'other' });
    expect(model.files[0]!.sha256).toBe(sha256(await ggufBytes('of the hub')));
  });

  it('does not take a name that another pull has taken meanwhile, and keeps nothing', async () => {
    const store = newStore();
    const bytes = await ggufBytes('slow');
    const slow = resolvedModel('slow', { 'slow.gguf': bytes });
    const quick = resolvedModel('quick', { 'quick.gguf': await ggufBytes('quick') });
    const quickBytes = { 'quick.gguf': await ggufBytes('quick') };
    const pull = pullModel(store, slow, {
      name: 'same',
      async download(file, target, options) {
        await pullModel(store, quick, { ...fakeDownload(quickBytes), name: 'same' });
        return fakeDownload({ 'slow.gguf': bytes }).download(file, target, options);
      },
    });
    await expect(pull).rejects.toThrow(zosiaError('ZOSIA_MODEL_NAME_TAKEN'));
    expect((await store.read('same'))?.reference).toBe(quick.reference);
    expect(await store.blobs()).toEqual([sha256(quickBytes['quick.gguf'])]);
  });

  it('brings a file of the hub, under its digest, and a second one asks for no byte of it', async () => {
    const bytes = await ggufBytes('hub');
    const hub = await hubOf({ 'small-Q8_0.gguf': bytes });
    const store = newStore();
    const first = await get(store, 'hf:owner/repo:Q8_0', hub);
    expect(first).toMatchObject({ isNew: true, downloadedBytes: bytes.length });
    expect(first.model).toMatchObject({
      reference: `hf:owner/repo@${COMMIT}/small-Q8_0.gguf`,
      licence: 'Apache-2.0',
      source: { kind: 'hub', repository: 'owner/repo', revision: COMMIT },
    });
    expect(await readFile(store.blobPath(sha256(bytes)))).toEqual(bytes);
    const before = hub.cdn.requests.length;
    expect(await get(store, 'hf:owner/repo:Q8_0', hub)).toMatchObject({ isNew: false });
    expect(hub.cdn.requests.length).toBe(before);
    const models = new NamedModels({ store, caches: NO_CACHES });
    for (const text of ['hf:owner/repo:Q8_0', 'hf.co/owner/repo:Q8_0', first.model.reference!]) {
      expect((await models.find(text))?.name).toBe(first.model.name);
    }
  });

  it('brings all parts of a split model', async () => {
    const path = folder.file('big-Q4_0.gguf');
    await writeFile(path, await ggufBytes('big'));
    const parts = await splitModel(path, 3);
    const named = await Promise.all(
      parts.map(async (part) => [`Q4_0/${part.split('/').at(-1)!}`, await readFile(part)] as const),
    );
    const store = newStore();
    const { model } = await get(
      store,
      'hf:owner/repo:Q4_0',
      await hubOf(Object.fromEntries(named)),
    );
    expect(model.files).toHaveLength(3);
    expect(await store.blobs()).toHaveLength(3);
  });

  it('downloads nothing of a split model that lacks a part', async () => {
    const files = {
      'big-00001-of-00003.gguf': Buffer.from('x'),
      'big-00003-of-00003.gguf': Buffer.from('y'),
    };
    const { download: counted, asked } = fakeDownload(files);
    const pulling = pullModel(newStore(), resolvedModel('big', files), { download: counted });
    await expect(pulling).rejects.toThrow(zosiaError('ZOSIA_MODEL_PART_MISSING'));
    expect(asked).toEqual([]);
  });

  it.each([
    [
      'a web page',
      Buffer.from('<!doctype html><title>Log in</title>'),
      'ZOSIA_MODEL_NOT_GGUF',
      /web page/,
    ],
    [
      'a pointer',
      Buffer.from('version https://git-lfs.github.com/spec/v1\n'),
      'ZOSIA_MODEL_NOT_GGUF',
      /Git LFS/,
    ],
    ['an error', Buffer.from('{"error":"x"}'), 'ZOSIA_MODEL_NOT_GGUF', /JSON/],
    ['nothing', Buffer.alloc(0), 'ZOSIA_MODEL_EMPTY', /nothing/],
    ['a GGUF that is cut off', Buffer.from('GGUF\x03\0\0\0'), 'ZOSIA_MODEL_TRUNCATED', /./],
  ])('keeps nothing when a host sends %s', async (_, bytes, code, message) => {
    const files = { 'model.gguf': bytes };
    const store = newStore();
    const resolved = resolvedModel('page', files, { tellsDigest: false });
    const pulling = pullModel(store, resolved, fakeDownload(files));
    await expect(pulling).rejects.toThrow(zosiaError(code));
    await expect(pulling).rejects.toThrow(message);
    expect(await filesIn(store)).toEqual([]);
  });

  it.each([
    ['hub', /HF_TOKEN/, /user:password/],
    ['https', /https:\/\/user:password@host/, /HF_TOKEN/],
  ] as const)('says how to log in where a %s sends a web page', async (kind, said, unsaid) => {
    const files = { 'model.gguf': Buffer.from('<html>') };
    const resolved = resolvedModel('login', files, { tellsDigest: false });
    const source = { ...resolved.source, kind };
    const error: unknown = await pullModel(
      newStore(),
      { ...resolved, source },
      fakeDownload(files),
    ).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ hint: expect.stringMatching(said) as string });
    expect(error).not.toMatchObject({ hint: expect.stringMatching(unsaid) as string });
  });

  it('leaves out a projector that is none', async () => {
    const files = { 'model.gguf': await ggufBytes('a'), 'mmproj.gguf': await ggufBytes('b') };
    const pulling = pullModel(newStore(), resolvedModel('kinds', files), fakeDownload(files));
    const { model } = await pulling;
    expect(model.leftOut).toMatchObject([{ fileName: 'mmproj.gguf' }]);
    expect(model.files.map(({ role }) => role)).toEqual(['model']);
  });

  it('of what is there succeeds where its store takes no files', async () => {
    const files = { 'model.gguf': await ggufBytes('read-only') };
    const resolved = resolvedModel('read-only', files);
    const store = newStore();
    await pullModel(store, resolved, fakeDownload(files));
    const readOnly = new ModelStore(store.folder);
    readOnly.write = () =>
      readOnly.writing(() => {
        const path = readOnly.recordPath('read-only');
        throw Object.assign(new Error('EROFS'), { code: 'EROFS', syscall: 'open', path });
      });
    const again = { ...fakeDownload(files), askedAs: 'hf:owner/other-words' };
    expect(await pullModel(readOnly, resolved, again)).toMatchObject({ isNew: false });
  });

  it('keeps nothing when the digest is another, and the next one succeeds', async () => {
    const bytes = await ggufBytes('right');
    let isWrong = true;
    const server = await startServer((request, response) => {
      const sent = Buffer.from(bytes);
      if (isWrong) sent[sent.length - 1]! ^= 1;
      serveBytes(request, response, sent);
    });
    servers.push(server);
    const store = newStore();
    const resolved = resolvedModel('right', { 'm.gguf': bytes });
    const files = resolved.files.map((file) => ({ ...file, url: new URL('/m.gguf', server.url) }));
    const pulling = (): ReturnType<typeof pullModel> =>
      pullModel(store, { ...resolved, files }, { download });
    await expect(pulling()).rejects.toThrow(zosiaError('ZOSIA_DOWNLOAD_CORRUPT'));
    expect(await filesIn(store)).toEqual([]);
    isWrong = false;
    expect(await pulling()).toMatchObject({ isNew: true });
  });

  it('is done once by two at once, and both come to the same', async () => {
    const bytes = Buffer.concat([await ggufBytes('twice'), Buffer.alloc(200_000, 7)]);
    const hub = await hubOf({ 'twice.gguf': bytes });
    const store = newStore();
    const both = await Promise.all([1, 2].map(() => get(store, 'hf:owner/repo/twice.gguf', hub)));
    expect(both.map(({ model }) => model.files)).toEqual([
      both[0]!.model.files,
      both[0]!.model.files,
    ]);
    expect(await store.blobs()).toEqual([sha256(bytes)]);
    expect((await filesIn(store)).filter((name) => name.startsWith('sha256-'))).toHaveLength(1);
  });

  it('does not take another file for one of the same revision', async () => {
    const store = newStore();
    const pull = async (content: string, options = {}) => {
      const files = { 'model.gguf': await ggufBytes(content) };
      const { download: fake } = fakeDownload(files);
      return pullModel(store, resolvedModel('pinned', files), { download: fake, ...options });
    };
    const { model } = await pull('first');
    await expect(pull('second')).rejects.toThrow(zosiaError('ZOSIA_MODEL_PIN_DIFFERS'));
    await removeModels(store, ['pinned']);
    await expect(pull('second')).rejects.toThrow(zosiaError('ZOSIA_MODEL_PIN_DIFFERS'));
    const forced = await pull('second', { force: true });
    expect(forced.model.files[0]!.sha256).not.toBe(model.files[0]!.sha256);
  });

  it('takes a newer revision in the place of the older one, and frees what that had', async () => {
    const store = newStore();
    const pull = async (content: string, revision: string) => {
      const files = { 'model.gguf': await ggufBytes(content) };
      return pullModel(store, resolvedModel('moving', files, { revision }), fakeDownload(files));
    };
    await pull('old', '1'.repeat(40));
    const { model } = await pull('new', '2'.repeat(40));
    expect(await store.blobs()).toEqual([model.files[0]!.sha256]);
  });

  it('forgets what a name was asked for by, once that would mean other bytes', async () => {
    const store = newStore();
    const models = new NamedModels({ store, caches: NO_CACHES });
    const pull = async (content: string, revision: string) => {
      const files = { 'model.gguf': await ggufBytes(content) };
      const resolved = resolvedModel('words', files, { revision });
      const askedAs = `hf:owner/words@${revision}/model.gguf`;
      await pullModel(store, resolved, { ...fakeDownload(files), askedAs });
      return askedAs;
    };
    const one = await pull('one', '1'.repeat(40));
    const same = await pull('one', '2'.repeat(40));
    expect((await models.findStored(one))?.name).toBe('words');
    expect((await models.findStored(same))?.name).toBe('words');
    const other = await pull('other', '3'.repeat(40));
    expect(await models.findStored(one)).toBeUndefined();
    expect(await models.findStored(same)).toBeUndefined();
    expect((await models.findStored(other))?.name).toBe('words');
  });

  it('tells files of one name in several folders of a repository apart', async () => {
    const [four, eight] = [await ggufBytes('four'), await ggufBytes('eight')];
    const hub = await hubOf({ 'Q4/model.gguf': four, 'Q8/model.gguf': eight });
    const store = newStore();
    await get(store, 'hf:owner/repo/Q4/model.gguf', hub);
    const second = (options = {}) => get(store, 'hf:owner/repo/Q8/model.gguf', hub, options);
    await expect(second()).rejects.toThrow(zosiaError('ZOSIA_MODEL_NAME_TAKEN'));
    const { model } = await second({ name: 'eight' });
    expect(model.files[0]!.sha256).toBe(sha256(eight));
    const again = await get(store, 'hf:owner/repo/Q4/model.gguf', hub);
    expect(again.model.files[0]!.sha256).toBe(sha256(four));
  });

  it('gives a name of the catalogue to files of its own repository alone', async () => {
    const store = newStore();
    const files = { 'model.gguf': await ggufBytes('x') };
    const pull = (name: string, repository: string, options = {}) =>
      pullModel(store, resolvedModel(name, files, { repository }), {
        ...fakeDownload(files),
        ...options,
      });
    expect((await pull('Stories15m', 'evil/r')).model.name).toBe('evil-Stories15m');
    expect((await pull('phi3.5', 'evil/r')).model.name).toBe('evil-phi3.5');
    for (const name of ['stories15M', 'PHI-3.5', 'stories15M.bin']) {
      await expect(pull('x', 'evil/r', { name })).rejects.toThrow(
        zosiaError('ZOSIA_MODEL_NAME_TAKEN'),
      );
    }
    const own = await pull('phi-3.5-mini', 'bartowski/Phi-3.5-mini-instruct-GGUF');
    expect(own.model.name).toBe('phi-3.5-mini');
    const models = new NamedModels({ store, caches: NO_CACHES });
    expect((await models.find('PHI3.5'))?.name).toBe('phi-3.5-mini');
  });

  it('takes what the store has, where nobody may be asked', async () => {
    const hub = await hubOf({ 'off.gguf': await ggufBytes('off') });
    const store = newStore();
    const { model } = await get(store, 'hf:owner/repo/off.gguf', hub);
    const refuse = () => Promise.reject(new Error('downloads'));
    const offline = (text: string, options = {}) =>
      get(store, text, hub, {
        context: { http: offlineClient(), hubUrl: hub.url },
        download: refuse,
        ...options,
      });
    expect(await offline('hf:owner/repo/off.gguf')).toMatchObject({ isNew: false, model });
    expect(await offline('off')).toMatchObject({ isNew: false });
    const copy = await offline('off', { name: 'copy' });
    expect(copy).toMatchObject({ downloadedBytes: 0, model: { name: 'copy', files: model.files } });
    await expect(offline('hf:owner/repo/other.gguf')).rejects.toThrow(zosiaError('ZOSIA_OFFLINE'));
  });

  it('tells URLs apart by their queries, and keeps none of them', async () => {
    const server = await startServer((request, response, { searchParams }) => {
      const bytes = searchParams.get('id') === '1' ? one : two;
      serveBytes(request, response, bytes);
    });
    servers.push(server);
    const [one, two] = [await ggufBytes('one'), await ggufBytes('two')];
    const hub = await hubOf({});
    const store = newStore();
    const url = (id: number): string => new URL(`/m.gguf?id=${id}`, server.url).href;
    const { model } = await get(store, url(1), hub);
    await expect(get(store, url(2), hub)).rejects.toThrow(zosiaError('ZOSIA_MODEL_NAME_TAKEN'));
    await get(store, url(2), hub, { name: 'two' });
    const models = new NamedModels({ store, caches: NO_CACHES });
    expect((await models.findStored(url(1)))?.name).toBe('m');
    expect((await models.findStored(url(2)))?.name).toBe('two');
    expect((await models.findStored(model.reference!))?.name).toBe('m');
    expect(
      JSON.stringify(await store.read('m'), (_, value: unknown) =>
        typeof value === 'bigint' ? String(value) : value,
      ),
    ).not.toContain('id=1');
    await expect(get(store, 'm', hub)).rejects.toThrow(zosiaError('ZOSIA_REFERENCE_INVALID'));
  });

  it('is what a name of the catalogue is said to need, in any spelling', async () => {
    const named = new NamedModels({ store: newStore(), caches: NO_CACHES });
    for (const name of ['qwen3-4b', 'GPT-OSS']) {
      const reading = readModel(name, { modelsDir: folder.file('no models'), named });
      await expect(reading).rejects.toMatchObject({
        hint: `zosia model pull ${name} downloads it.`,
      });
    }
  });

  it('removes a name whose file is gone', async () => {
    const store = newStore();
    const files = { 'model.gguf': await ggufBytes('gone') };
    const { model } = await pullModel(store, resolvedModel('gone', files), fakeDownload(files));
    await rm(store.pathOf(model.files[0]!));
    expect(await removeModels(store, ['gone'])).toEqual([{ name: 'gone', freedBytes: 0 }]);
    expect(await store.read('gone')).toBeUndefined();
  });

  it('keeps to the first word of the hub on a name of the catalogue', async () => {
    const entry = findEntry('stories42M')!;
    const { repository, file } = entry.checkpoint!;
    const store = newStore();
    const pin = { revision: '1'.repeat(40), sha256: 'a'.repeat(64), sizeBytes: 7 };
    await writeNamePin(store, entry.name, 'checkpoint', pin);
    // A hub of whom nothing is asked: the branch may have moved.
    const reference = { kind: 'name', name: entry.name } as const;
    const form = 'checkpoint' as const;
    const { resolved } = await resolvePinned(store, reference, { http: offlineClient() }, { form });
    expect(resolved.reference).toBe(`hf:${repository}@${pin.revision}/${file}`);
    expect(resolved.files[0]).toMatchObject({ sha256: pin.sha256, sizeBytes: 7 });
    const forced = resolvePinned(
      store,
      reference,
      { http: offlineClient() },
      { form, force: true },
    );
    await expect(forced).rejects.toThrow(zosiaError('ZOSIA_OFFLINE'));
  });

  it('does not take the name of a model of another source', async () => {
    const store = newStore();
    const files = { 'model.gguf': await ggufBytes('x') };
    await pullModel(store, resolvedModel('name', files), fakeDownload(files));
    const other = resolvedModel('name', files, { repository: 'other/repo' });
    await expect(pullModel(store, other, fakeDownload(files))).rejects.toThrow(
      zosiaError('ZOSIA_MODEL_NAME_TAKEN'),
    );
  });

  it('never writes outside of the store, whatever a host calls its files', async () => {
    for (const name of ['../x.gguf', '/x.gguf', 'a\\b.gguf', '..']) {
      const resolved = resolvedModel('x', { [name]: Buffer.from('GGUF') });
      const { download: fake, asked } = fakeDownload({});
      await expect(pullModel(newStore(), resolved, { download: fake })).rejects.toThrow(
        zosiaError('ZOSIA_UNSAFE_NAME'),
      );
      expect(asked).toEqual([]);
    }
  });

  it('uses what another program has, once it was read, and never what only has its name', async () => {
    const bytes = await ggufBytes('cached');
    const caches = { ...NO_CACHES, ollama: [folder.file('ollama')] };
    const path = join(folder.file('ollama'), 'blobs', `sha256-${sha256(bytes)}`);
    await mkdir(join(folder.file('ollama'), 'blobs'), { recursive: true });
    const files = { 'model.gguf': bytes };
    await writeFile(path, Buffer.alloc(bytes.length));
    const lied = fakeDownload(files);
    await pullModel(newStore(), resolvedModel('a', files), { ...lied, caches });
    expect(lied.asked).toEqual(['model.gguf']);
    await writeFile(path, bytes);
    const { mtimeMs } = await stat(path);
    const fake = fakeDownload(files);
    const store = newStore();
    const { model, adopted } = await pullModel(store, resolvedModel('a', files), {
      ...fake,
      caches,
    });
    expect({ asked: fake.asked, adopted }).toEqual({ asked: [], adopted: [path] });
    expect(model.files[0]!.path).toBe(path);
    expect(await store.blobs()).toEqual([]);
    expect((await stat(path)).mtimeMs).toBe(mtimeMs);
  });

  it('reads a file that lies there under its digest, and downloads it where it is another', async () => {
    const bytes = await ggufBytes('there');
    const files = { 'model.gguf': bytes };
    const store = newStore();
    const fake = fakeDownload(files);
    const pull = (name: string) =>
      pullModel(store, resolvedModel('there', files), { ...fake, name });
    await mkdir(store.blobsFolder, { recursive: true });
    await writeFile(store.blobPath(sha256(bytes)), bytes);
    expect(await pull('first')).toMatchObject({ isNew: true, downloadedBytes: 0 });
    expect(fake.asked).toEqual([]);
    // Other bytes of the same length, and of another time than the one that the name knows.
    await writeFile(store.blobPath(sha256(bytes)), Buffer.alloc(bytes.length, 1));
    await utimes(store.blobPath(sha256(bytes)), 1, 1);
    expect(await pull('second')).toMatchObject({ downloadedBytes: bytes.length });
    expect(await readFile(store.blobPath(sha256(bytes)))).toEqual(bytes);
    const models = new NamedModels({ store, caches: NO_CACHES, verify: true });
    for (const name of ['first', 'second']) expect((await models.find(name))?.name).toBe(name);
    const quick = new NamedModels({ store, caches: NO_CACHES });
    expect((await quick.find('first'))?.name).toBe('first');
  });

  it('asks before it downloads what a cache only seems to have', async () => {
    const bytes = await ggufBytes('seems');
    const caches = { ...NO_CACHES, ollama: [folder.file('ollama that lies')] };
    const path = join(caches.ollama[0]!, 'blobs', `sha256-${sha256(bytes)}`);
    await mkdir(join(path, '..'), { recursive: true });
    await writeFile(path, Buffer.alloc(bytes.length));
    const files = { 'model.gguf': bytes };
    const fake = fakeDownload(files);
    const refusal = new Error('too large');
    const pulling = pullModel(newStore(), resolvedModel('seems', files), {
      ...fake,
      caches,
      beforeDownload: () => Promise.reject(refusal),
    });
    await expect(pulling).rejects.toBe(refusal);
    expect(fake.asked).toEqual([]);
  });

  it('is refused where not all files find room', async () => {
    const { download: fake, asked } = fakeDownload({});
    const resolved = resolvedModel('huge', { 'm.gguf': Buffer.from('x') });
    const files = resolved.files.map((file) => ({ ...file, sizeBytes: 2 ** 52 }));
    await expect(pullModel(newStore(), { ...resolved, files }, { download: fake })).rejects.toThrow(
      zosiaError('ZOSIA_DISK_FULL'),
    );
    expect(asked).toEqual([]);
  });
});
