import { join } from 'node:path';
import { hashFiles } from '../host/hash-files.js';
import { lookAtFile } from '../host/host-file.js';
import { makeOutputFolder } from '../host/output-file.js';
import { withTemporaryFolder } from '../host/temporary.js';
import { findEntry } from '../models/catalogue/catalogue.js';
import type { CatalogueEntry } from '../models/catalogue/catalogue.js';
import { checkModelFiles } from '../models/check-files.js';
import { getModel } from '../models/pull/get-model.js';
import type { GetModelOptions } from '../models/pull/get-model.js';
import type { NamedModels } from '../models/named-models.js';
import type { PulledModel } from '../models/pull/pull.js';
import { nameTaken } from '../models/store/add.js';
import { readUnlessDamaged } from '../models/store/read-unless-damaged.js';
import type { ConvertedFile, StoredFile, StoredModel } from '../models/store/record.js';
import { removeModels } from '../models/store/remove.js';
import { blobKey } from '../models/store/store.js';
import type { ModelStore } from '../models/store/store.js';
import { convertLlama2c } from './convert.js';

/**
 * Pulls what a user names, as {@link getModel} does. Of what the catalogue knows as a llama2.c checkpoint alone the
 * GGUF is made here, unless the checkpoint is what is asked for.
 *
 * @throws ZosiaError as `getModel` and `convertLlama2c`
 */
export async function pullNamed(
  models: NamedModels,
  text: string,
  options: GetModelOptions,
): Promise<PulledModel> {
  const entry = options.form === 'checkpoint' ? undefined : findEntry(text);
  return entry && !entry.gguf
    ? pullConverted(models, entry, options)
    : getModel(models, text, options);
}

/**
 * Pulls the checkpoint of an entry, and gives its name to a GGUF of the same weights. A checkpoint that was not there
 * before is not kept.
 *
 * @throws ZosiaError `ZOSIA_MODEL_NAME_TAKEN`; as `getModel` and `convertLlama2c`
 */
export async function pullConverted(
  models: NamedModels,
  entry: CatalogueEntry,
  options: GetModelOptions,
): Promise<PulledModel> {
  const { store } = models;
  const { name = entry.name, force = false, signal } = options;
  const before = await readUnlessDamaged(store, name);
  const isOwn = before?.source.repository === entry.checkpoint?.repository;
  if (before && !force) {
    if (!isOwn) throw nameTaken(before);
    const states = await Promise.all(before.files.map((file) => store.stateOf(file)));
    if (states.every((state) => state === 'there')) {
      return { model: before, isNew: false, downloadedBytes: 0, adopted: [] };
    }
  }
  const pulled = await getModel(models, entry.name, {
    ...options,
    name: undefined,
    form: 'checkpoint',
  });
  const model = await convertInto(store, pulled.model, { name, signal });
  if (pulled.isNew) await removeModels(store, [pulled.model.name]);
  return { ...pulled, model, isNew: true };
}

async function convertInto(
  store: ModelStore,
  { reference, files, source, licence }: StoredModel,
  { name, signal }: { readonly name: string; readonly signal: AbortSignal | undefined },
): Promise<StoredModel> {
  const pathOf = (wanted: 'model' | 'tokenizer'): string =>
    store.pathOf(files.find(({ role }) => role === wanted)!);
  const fileName = `${name}.gguf`;
  await makeOutputFolder(store.partialFolder);
  return withTemporaryFolder(store.partialFolder, async (folder) => {
    const out = join(folder, 'converted.gguf');
    await convertLlama2c({
      checkpoint: pathOf('model'),
      tokenizer: pathOf('tokenizer'),
      out,
      name,
      signal,
    });
    const facts = await checkModelFiles([{ role: 'model', fileName, path: out }]);
    const looked = await lookAtFile(out);
    const sha256 = (await hashFiles([looked], { signal })).get(looked.path)!;
    const mark = await store.marks.use(blobKey(sha256), signal);
    try {
      await store.placeBlob(out, sha256);
      const { sizeBytes, mtimeNs } = looked;
      const model: StoredModel = {
        name,
        askedAs: [],
        source,
        licence,
        convertedFrom: { reference, files: files.flatMap(convertedFile) },
        files: [{ role: 'model', fileName, sizeBytes, sha256, stamp: { sizeBytes, mtimeNs } }],
        facts,
      };
      await store.write(model);
      return model;
    } finally {
      await mark.takeBack();
    }
  });
}

const convertedFile = ({ role, fileName, sha256 }: StoredFile): ConvertedFile[] =>
  role === 'projector' ? [] : [{ role, fileName, sha256 }];
