import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { ZosiaError } from '../errors.js';
import { option, wording } from '../wording.js';
import { checkGguf } from '../formats/gguf/check.js';
import type { BaseModel } from '../formats/gguf/base-model.js';
import type { ModelInfo } from '../formats/gguf/model-info.js';
import type { GgufHeader } from '../formats/gguf/reader.js';
import { digestBytes } from '../host/digest.js';
import { notRegularFile } from '../host/file-errors.js';
import { accessFile } from '../host/access-file.js';
import { EMBEDDED_MODEL_NAME, embeddedModelPath } from './embedded-model.js';
import { requireKind } from '../inspect/models/kind.js';
import type { CompanionKind } from '../inspect/models/kind.js';
import { lookAtFile } from '../host/host-file.js';
import type { HostFile } from '../host/host-file.js';
import { baseOfParts, describeParts, readModelParts } from '../inspect/models/parts.js';
import type { ModelFolder } from '../inspect/models/parts.js';

/** A GGUF that has been looked at and found whole. */
export interface GgufFile extends HostFile {
  /** See `ModelPart.headerSha256`. */
  readonly headerSha256: string;
}

/** A projector or an adapter that has been looked at and found whole. */
export interface Companion extends GgufFile {
  readonly kind: CompanionKind;
  readonly header: GgufHeader;
}

/** A model that has been looked at and found whole. */
export interface Model {
  /** Absolute path of the GGUF; of a split model, of the first part. */
  readonly path: string;
  /** Bytes of all its files. */
  readonly sizeBytes: number;
  readonly info: ModelInfo;
  readonly base: BaseModel;
  /** Its files: one, or all parts of a split model in order. */
  readonly parts: readonly GgufFile[];
}

/**
 * Finds a model by path, or by name in the models folder (with or without `.gguf`), and checks it
 * against its own tensor table. Any part of a split model stands for all of them. Without a name, or by
 * its own where nothing else has it, it is the built-in model.
 *
 * @throws ZosiaError `ZOSIA_MODEL_NOT_NAMED`, `ZOSIA_MODEL_NOT_FOUND`, and those of `embeddedModelPath`
 * and `readModelParts`
 */
export async function readModel(name: string | undefined, modelsDir: string): Promise<Model> {
  const path = name === undefined ? await embeddedModelPath() : await findModel(name, modelsDir);
  const parts = await readModelParts(basename(path), hostFolder(dirname(path)));
  const files = await Promise.all(
    parts.map(async ({ name: partName, headerSha256 }) => ({
      ...(await lookAtFile(join(dirname(path), partName))),
      headerSha256,
    })),
  );
  return {
    path: files[0]!.path,
    sizeBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    info: describeParts(parts),
    base: baseOfParts(parts),
    parts: files,
  };
}

/**
 * {@link readModel} for several names, all of which have to be parts of one model.
 *
 * @throws ZosiaError `ZOSIA_MODEL_NOT_ONE`, and those of `readModel`
 */
export async function readModelFiles(names: readonly string[], modelsDir: string): Promise<Model> {
  const [first, ...others] = names;
  const model = await readModel(first, modelsDir);
  for (const name of others) {
    const path = await findModel(name, modelsDir);
    if (model.parts.some((part) => part.path === path)) continue;
    throw new ZosiaError('ZOSIA_MODEL_NOT_ONE', `${path} is no part of ${model.path}`, {
      hint: [
        wording`A disk holds one model. What goes with it is given with ${option('projector')} and ${option('adapters')}, anything else with ${option('extras', 'FILE:/NAME')}.`,
        'A disk holds one model.',
      ],
    });
  }
  return model;
}

/**
 * Finds what goes with a model, as {@link readModel} finds models, and checks it.
 *
 * @throws ZosiaError `ZOSIA_MODEL_NOT_FOUND`, `ZOSIA_MODEL_WRONG_KIND`, and those of `checkGguf`
 */
export async function readCompanion(
  name: string,
  kind: CompanionKind,
  modelsDir: string,
): Promise<Companion> {
  const looked = await lookAtFile(await findModel(name, modelsDir));
  const file = await accessFile(looked.path);
  try {
    const header = await checkGguf(file, looked.path);
    requireKind(header, kind, looked.path);
    const headerSha256 = digestBytes(await file.read(0, header.headerBytes));
    return { ...looked, headerSha256, kind, header };
  } finally {
    await file.close();
  }
}

function hostFolder(folder: string): ModelFolder {
  const pathOf = (name: string): string => join(folder, name);
  return {
    pathOf,
    async open(name) {
      const found = await stat(pathOf(name)).catch(() => undefined);
      return found?.isFile() ? accessFile(pathOf(name)) : undefined;
    },
  };
}

async function findModel(name: string, modelsDir: string): Promise<string> {
  if (name === '') {
    throw new ZosiaError('ZOSIA_MODEL_NOT_NAMED', "the model's name is empty", {
      hint: await modelsHint(modelsDir),
    });
  }
  const places = [name];
  if (!name.includes('/')) places.push(join(modelsDir, name), join(modelsDir, `${name}.gguf`));
  let other: string | undefined;
  for (const place of places) {
    const found = await stat(place).catch(() => undefined);
    if (found?.isFile()) return resolve(place);
    // A folder in models/ may have a name that a file has with .gguf.
    other ??= found && place;
  }
  if (name === EMBEDDED_MODEL_NAME) return embeddedModelPath();
  if (other !== undefined) throw notRegularFile(other);
  throw new ZosiaError('ZOSIA_MODEL_NOT_FOUND', `there is no model ${name}`, {
    hint: await modelsHint(modelsDir),
  });
}

async function modelsHint(modelsDir: string): Promise<string> {
  const files = await readdir(modelsDir).catch(() => []);
  const models = files.filter((file) => file.endsWith('.gguf')).sort();
  return models.length === 0
    ? `Name a GGUF file: zosia up path/to/model.gguf. ${EMBEDDED_MODEL_NAME} is built in.`
    : `Models in ${basename(modelsDir)}/: ${models.join(', ')}. Example: zosia up ${models[0]!}`;
}
