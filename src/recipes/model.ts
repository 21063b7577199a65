import { readdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { ZosiaError } from '../errors.js';
import { checkGguf } from '../formats/gguf/check.js';
import { describeModel } from '../formats/gguf/model-info.js';
import type { ModelInfo } from '../formats/gguf/model-info.js';
import { sha256 } from '../image/digest.js';
import { accessFile } from '../image/random-access.js';

/** A model file that has been looked at and found whole. */
export interface Model {
  /** Absolute path of the GGUF. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly info: ModelInfo;
  /**
   * The sha256 of everything before the tensor data. It tells models apart without reading gigabytes;
   * two models that differ in weights alone share it, which a disk's identity does not mind.
   */
  readonly headerSha256: string;
}

/**
 * Finds a model by path, or by name in the models folder (with or without `.gguf`), and checks it
 * against its own tensor table.
 *
 * @throws ZosiaError `ZOSIA_MODEL_NOT_NAMED`, `ZOSIA_MODEL_NOT_FOUND`, and those of `checkGguf`
 */
export async function openModel(name: string | undefined, modelsDir: string): Promise<Model> {
  if (name === undefined || name === '') throw await notNamed(modelsDir);
  const path = await findModel(name, modelsDir);
  const file = await accessFile(path);
  try {
    const header = await checkGguf(file, path);
    return {
      path,
      sizeBytes: file.sizeBytes,
      info: describeModel(header),
      headerSha256: sha256(await file.read(0, header.headerBytes)),
    };
  } finally {
    await file.close();
  }
}

async function findModel(name: string, modelsDir: string): Promise<string> {
  const places = [name];
  if (!name.includes('/')) places.push(join(modelsDir, name), join(modelsDir, `${name}.gguf`));
  for (const place of places) {
    const found = await stat(place).catch(() => undefined);
    if (found?.isFile()) return resolve(place);
  }
  throw new ZosiaError('ZOSIA_MODEL_NOT_FOUND', `there is no model ${name}`, {
    hint: await modelsHint(modelsDir),
  });
}

async function notNamed(modelsDir: string): Promise<ZosiaError> {
  return new ZosiaError('ZOSIA_MODEL_NOT_NAMED', 'no model was named, and none is built in yet', {
    hint: await modelsHint(modelsDir),
  });
}

async function modelsHint(modelsDir: string): Promise<string> {
  const files = await readdir(modelsDir).catch(() => []);
  const models = files.filter((file) => file.endsWith('.gguf')).sort();
  return models.length === 0
    ? 'Name a GGUF file: zosia up path/to/model.gguf'
    : `Models in ${basename(modelsDir)}/: ${models.join(', ')}. Example: zosia up ${models[0]!}`;
}
