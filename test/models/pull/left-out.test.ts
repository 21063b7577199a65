import { readdir } from 'node:fs/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { openHttpClient } from '../../../src/download/api.js';
import { makeDownloader } from '../../../src/download/download-file.js';
import { ZosiaError } from '../../../src/errors.js';
import { NamedModels } from '../../../src/models/named-models.js';
import { getModel } from '../../../src/models/pull/get-model.js';
import { pullModel } from '../../../src/models/pull/pull.js';
import type { PullOptions } from '../../../src/models/pull/pull.js';
import { ModelStore } from '../../../src/models/store/store.js';
import { sampleAdapter, sampleProjector } from '../../formats/gguf/companions.js';
import { zosiaError } from '../../support/errors.js';
import { COMMIT, startHub } from '../../support/model-servers/hub.js';
import type { HubServer } from '../../support/model-servers/hub.js';
import { temporaryFolder } from '../../support/temporary.js';
import { fakeDownload, ggufBytes, NO_CACHES, resolvedModel, sha256 } from '../store/fixtures.js';

const folder = temporaryFolder();
const http = openHttpClient({ attempts: 1 });
const download = makeDownloader({ attempts: 1 });
const hubs: HubServer[] = [];
afterAll(async () => {
  await http.close();
  await Promise.all(hubs.map((hub) => hub.close()));
});

let count = 0;
const newStore = (): ModelStore => new ModelStore(folder.file(`store ${++count}`));

/** Pulls, and keeps what is told. */
async function pull(
  store: ModelStore,
  files: Readonly<Record<string, Uint8Array>>,
  options: Partial<PullOptions> & { revision?: string; tellsDigest?: boolean } = {},
) {
  const { revision, tellsDigest, ...others } = options;
  const notes: string[] = [];
  const fake = fakeDownload(files);
  const resolved = resolvedModel('seeing', files, {
    ...(revision !== undefined && { revision }),
    ...(tellsDigest !== undefined && { tellsDigest }),
  });
  const onNote = (note: string): unknown => notes.push(note);
  const pulled = await pullModel(store, resolved, { ...fake, onNote, ...others });
  return { ...pulled, notes, asked: fake.asked };
}

const MODEL = await ggufBytes('seeing');
const UNUSABLE: [string, Uint8Array, RegExp][] = [
  ['is an adapter', await sampleAdapter(), /mmproj\.gguf is a LoRA adapter, not a multimodal/],
  ['is cut off', (await sampleProjector()).subarray(0, 100), /mmproj\.gguf/],
  ['is a page', Buffer.from('<html>'), /a web page, not a GGUF/],
  ['is empty', Buffer.alloc(0), /has sent nothing for mmproj\.gguf/],
];

describe('a projector beside a model', () => {
  it.each(UNUSABLE)('that %s is left out, with a note', async (_, projector, because) => {
    const store = newStore();
    const files = { 'm.gguf': MODEL, 'mmproj.gguf': projector };
    const first = await pull(store, files);
    expect(first.model.files.map(({ fileName }) => fileName)).toEqual(['m.gguf']);
    expect(await store.blobs()).toEqual([sha256(MODEL)]);
    expect(first.notes).toHaveLength(1);
    expect(first.notes[0]).toMatch(/^the projector mmproj\.gguf is left out/);
    expect(first.notes[0]).toMatch(because);
    expect(first.notes[0]).not.toContain(store.folder);
    expect(await readdir(store.partialFolder)).toEqual([]);
    // Nobody downloads it a second time, but is told of it.
    const again = await pull(store, files);
    expect(again).toMatchObject({ isNew: false, asked: [] });
    expect(again.notes).toEqual([
      'the projector mmproj.gguf is left out, and the model takes text alone: it could not be used before',
    ]);
    expect((await pull(store, files, { force: true })).asked).toEqual(['m.gguf', 'mmproj.gguf']);
  });

  it('that was left out is taken once its source has another, under the same name', async () => {
    const store = newStore();
    const page = Buffer.from('<html>');
    for (const tellsDigest of [true, false]) {
      const revision = (digit: number): string => String(digit + Number(tellsDigest)).repeat(40);
      const one = { revision: revision(1), tellsDigest };
      await pull(store, { 'm.gguf': MODEL, 'mmproj.gguf': page }, one);
      const same = await pull(store, { 'm.gguf': MODEL, 'mmproj.gguf': page }, one);
      expect(same.asked).toEqual([]);
      const files = { 'm.gguf': MODEL, 'mmproj.gguf': await sampleProjector() };
      const two = await pull(store, files, { revision: revision(5), tellsDigest });
      expect(two.model.files.map(({ role }) => role)).toEqual(['model', 'projector']);
      expect(two.model.leftOut).toBeUndefined();
      expect(two.notes).toEqual([]);
      expect((await pull(store, files, { revision: revision(5), tellsDigest })).isNew).toBe(false);
      expect((await store.read('seeing'))!.files).toHaveLength(2);
    }
  });

  it('blocks no pull from the hub, neither by quantisation nor by the name of the file', async () => {
    const files = { 'm-Q8_0.gguf': MODEL, 'mmproj-m.gguf': await sampleAdapter() };
    const hub = await startHub({ repos: { 'owner/repo': { files } } });
    hubs.push(hub);
    for (const text of ['hf:owner/repo:Q8_0', 'hf:owner/repo/m-Q8_0.gguf']) {
      const notes: string[] = [];
      const models = new NamedModels({ store: newStore(), caches: NO_CACHES });
      const { model } = await getModel(models, text, {
        context: { http, hubUrl: hub.url },
        download,
        onNote: (note) => notes.push(note),
      });
      expect(model.reference).toBe(`hf:owner/repo@${COMMIT}/m-Q8_0.gguf`);
      expect(notes).toEqual([expect.stringMatching(/^the projector mmproj-m\.gguf is left out/)]);
      expect((await models.find(text))?.files.map(({ role }) => role)).toEqual(['model']);
    }
  });

  it('that cannot be downloaded is not left out: another try may get it', async () => {
    const store = newStore();
    const files = { 'm.gguf': MODEL, 'mmproj.gguf': await sampleProjector() };
    const failing: PullOptions['download'] = (file, target, options) =>
      file.name === 'm.gguf'
        ? fakeDownload(files).download(file, target, options)
        : Promise.reject(new ZosiaError('ZOSIA_DOWNLOAD_FAILED', 'cut off'));
    await expect(pull(store, files, { download: failing })).rejects.toThrow('cut off');
    expect(await store.read('seeing')).toBeUndefined();
    expect((await pull(store, files)).model.files).toHaveLength(2);
  });
});

const REFUSED: [string, Uint8Array, string][] = [
  ['a projector', await sampleProjector(), 'ZOSIA_MODEL_WRONG_KIND'],
  ['an adapter', await sampleAdapter(), 'ZOSIA_MODEL_WRONG_KIND'],
  ['cut off', MODEL.subarray(0, 200), 'ZOSIA_MODEL_TRUNCATED'],
];

describe('a model that is refused once it is here', () => {
  it.each(REFUSED)(
    'for it is %s is called what its source calls it, not what was removed',
    async (_, bytes, code) => {
      const store = newStore();
      const error = (await pull(store, { 'm.gguf': bytes }).catch(
        (thrown: unknown) => thrown,
      )) as ZosiaError;
      expect(error).toEqual(zosiaError(code));
      expect(error.message).toMatch(/\bm\.gguf\b/);
      expect(`${error.message} ${error.hint}`).not.toContain(store.folder);
      expect(error.hint).toMatch(/\S/);
      expect(await store.blobs()).toEqual([]);
    },
  );
});
