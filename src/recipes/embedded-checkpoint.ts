import { join } from 'node:path';
import { checkGguf } from '../formats/gguf/check.js';
import { describeModel } from '../formats/gguf/model-info.js';
import { planLlama2cPair } from '../formats/llama2c/from-gguf.js';
import type { EfiSettings } from '../formats/llama2c/settings/settings.js';
import { digestFile, digestImage } from '../host/digest.js';
import type { Image } from '../image/image.js';
import { accessFile } from '../host/access-file.js';
import { writeRaw } from '../host/raw-writer.js';
import {
  EMBEDDED_MODEL_NAME,
  EMBEDDED_MODEL_TEMPLATE,
  embeddedModelPath,
} from './embedded-model.js';
import type { KnownCheckpointDigests } from './efi/model.js';
import { lookAtFile } from '../host/host-file.js';

export interface CheckpointPaths {
  readonly checkpoint: string;
  readonly tokenizer: string;
  /** What the files are called on a disk, where their paths do not end in it. */
  readonly fileNames?: { readonly checkpoint: string; readonly tokenizer: string } | undefined;
  readonly known?: KnownCheckpointDigests | undefined;
}

/** The files, and what `llama2.cfg` is to say of such a model. */
export interface EmbeddedCheckpoint extends CheckpointPaths {
  readonly settings: EfiSettings;
}

/**
 * The built-in model as programs of llama2.c read it: a checkpoint and its tokenizer, made of the GGUF, which is what
 * the EFI machine runs. Files that are right already are left alone.
 *
 * @param folder where the two files are put
 *
 * @throws ZosiaError as `embeddedModelPath` and `writeRaw`
 */
export async function embeddedCheckpoint(
  folder: string,
  options: {
    readonly directory?: string | undefined;
    readonly signal?: AbortSignal | undefined;
  } = {},
): Promise<EmbeddedCheckpoint> {
  const { directory, signal } = options;
  const path = await embeddedModelPath(directory);
  const file = await accessFile(path);
  try {
    const header = await checkGguf(file, path);
    const pair = planLlama2cPair(header, file, path);
    const base = join(folder, EMBEDDED_MODEL_NAME);
    const paths = { checkpoint: `${base}.bin`, tokenizer: `${base}-tokenizer.bin` };
    const known = {
      checkpoint: { sha256: await writeUnlessThere(pair.checkpoint, paths.checkpoint, signal) },
      tokenizer: { sha256: await writeUnlessThere(pair.tokenizer, paths.tokenizer, signal) },
    };
    const { temperature } = describeModel(header);
    return { ...paths, known, settings: { template: EMBEDDED_MODEL_TEMPLATE, temp: temperature } };
  } finally {
    await file.close();
  }
}

/**
 * Of two runs that make the same file at once, the first one's stays: a disk that is planned with it must
 * not see it change. A model as small as this one is read in some milliseconds.
 *
 * @returns the sha256 that it has
 */
async function writeUnlessThere(image: Image, path: string, signal?: AbortSignal): Promise<string> {
  const wanted = await digestImage(image, signal);
  const isThere = async (): Promise<boolean> => {
    const found = await lookAtFile(path).catch(() => undefined);
    if (found?.sizeBytes !== image.sizeBytes) return false;
    return (await digestFile(path, found.sizeBytes, signal)) === wanted;
  };
  if (await isThere()) return wanted;
  await writeRaw(image, path, { signal, replace: false });
  if (!(await isThere())) await writeRaw(image, path, { signal });
  return wanted;
}
