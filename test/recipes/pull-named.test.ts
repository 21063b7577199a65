import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openHttpClient } from '../../src/download/api.js';
import { makeDownloader } from '../../src/download/download-file.js';
import type { DownloadFile } from '../../src/download/remote-file.js';
import type { GetModelOptions } from '../../src/models/pull/get-model.js';
import { NamedModels } from '../../src/models/named-models.js';
import { ModelStore } from '../../src/models/store/store.js';
import { pullNamed } from '../../src/recipes/pull-named.js';
import { zosiaError } from '../support/errors.js';
import { startHub } from '../support/model-servers/hub.js';
import type { HubServer } from '../support/model-servers/hub.js';
import { ggufBytes, NO_CACHES, sha256 } from '../models/store/fixtures.js';
import { randomCheckpoint } from '../support/random-checkpoint.js';
import { syntheticVocabulary } from '../support/synthetic-vocabulary.js';
import { temporaryFolder } from '../support/temporary.js';

const VOCABULARY = 300;
const SHAPE = {
  dim: 8,
  hiddenDim: 16,
  layerCount: 1,
  headCount: 2,
  kvHeadCount: 2,
  vocabularySize: VOCABULARY,
  contextLength: 32,
  sharedClassifier: true,
};

const checkpoint = randomCheckpoint(SHAPE, { version: 0 }, 1);

describe('a name of the catalogue that stands for a llama2.c checkpoint', () => {
  const folder = temporaryFolder();
  const http = openHttpClient();
  let hub: HubServer;
  beforeAll(async () => {
    hub = await startHub({
      repos: {
        'karpathy/tinyllamas': {
          commit: '0bd21da7698eaf29a0d7de3992de8a46ef624add',
          files: { 'stories42M.bin': checkpoint },
        },
      },
    });
  });
  afterAll(async () => {
    await http.close();
    await hub.close();
  });

  const fromHub = makeDownloader({ segmentBytes: 4096 });
  const tokenizer = syntheticVocabulary(VOCABULARY);
  /** Its tokenizer lies on another host, with a digest that is known beforehand: this one is taken for it. */
  const download: DownloadFile = async (file, target, options) => {
    if (file.name !== 'tokenizer.bin') return fromHub(file, target, options);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, tokenizer);
    return { sizeBytes: tokenizer.length, sha256: file.sha256! };
  };
  let count = 0;
  const newModels = (): NamedModels =>
    new NamedModels({ store: new ModelStore(folder.file(`${++count}`)), caches: NO_CACHES });
  const pull = (models: NamedModels, options: Partial<GetModelOptions> = {}) =>
    pullNamed(models, 'stories42M', {
      context: { http, hubUrl: hub.url },
      download,
      ...options,
    });
  const names = async ({ store }: NamedModels): Promise<string[]> =>
    (await store.list()).map(({ name }) => name);

  it('is a GGUF of its weights, and the checkpoint is not kept', async () => {
    const models = newModels();
    const { model, isNew } = await pull(models);
    expect(isNew).toBe(true);
    expect(model).toMatchObject({ name: 'stories42M', facts: { architecture: 'llama' } });
    expect(model.source).toMatchObject({ kind: 'hub', repository: 'karpathy/tinyllamas' });
    expect(model.convertedFrom).toEqual({
      reference: expect.stringMatching(/^hf:karpathy\/tinyllamas@[0-9a-f]{40}\/stories42M\.bin$/),
      files: [
        { role: 'model', fileName: 'stories42M.bin', sha256: sha256(checkpoint) },
        { role: 'tokenizer', fileName: 'tokenizer.bin', sha256: expect.any(String) },
      ],
    });
    const { convertedFrom } = model;
    expect(await models.store.read('stories42M')).toMatchObject({ convertedFrom });
    expect(await names(models)).toEqual(['stories42M']);
    expect(await models.store.blobs()).toEqual([model.files[0]!.sha256]);
  });

  it('is there the second time, and nobody is asked', async () => {
    const models = newModels();
    const { model } = await pull(models);
    const asked = hub.requests.length;
    const again = await pull(models);
    expect(again).toMatchObject({ isNew: false, downloadedBytes: 0 });
    expect(again.model.files).toEqual(model.files);
    expect(hub.requests).toHaveLength(asked);
  });

  it('is the same GGUF from a checkpoint that is there, which stays', async () => {
    const models = newModels();
    await pull(models, { form: 'checkpoint' });
    expect(await names(models)).toEqual(['stories42M.bin']);
    const { model } = await pull(models);
    expect(await names(models)).toEqual(['stories42M', 'stories42M.bin']);
    expect(model.files[0]!.sha256).toBe((await pull(newModels())).model.files[0]!.sha256);
  });

  it('does not take the name of another model', async () => {
    const models = newModels();
    const bytes = await ggufBytes('another');
    const other = sha256(bytes);
    await mkdir(models.store.blobsFolder, { recursive: true });
    await writeFile(models.store.blobPath(other), bytes);
    await models.store.write({
      name: 'stories42M',
      askedAs: [],
      source: { kind: 'file', repository: '/elsewhere.gguf' },
      files: [
        {
          role: 'model',
          fileName: 'elsewhere.gguf',
          sizeBytes: bytes.length,
          sha256: other,
          stamp: { sizeBytes: bytes.length, mtimeNs: 1n },
        },
      ],
      facts: {},
    });
    await expect(pull(models)).rejects.toThrow(zosiaError('ZOSIA_MODEL_NAME_TAKEN'));
  });
});
