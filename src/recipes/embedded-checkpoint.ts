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
import { lookAtFile } from '../host/host-file.js';

export interface CheckpointPaths {
  readonly checkpoint: string;
  readonly tokenizer: string;
}

/** The files, and what `llama2.cfg` is to say of such a model. */
export interface EmbeddedCheckpoint extends CheckpointPaths {
  readonly settings: EfiSettings;
}

/**
 * The model that zosia brings itself as the EFI machine reads it: a llama2.c checkpoint and its tokenizer,
 * made of the GGUF. Files that are right already are left alone.
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
    await writeUnlessThere(pair.checkpoint, paths.checkpoint, signal);
    await writeUnlessThere(pair.tokenizer, paths.tokenizer, signal);
    const { temperature } = describeModel(header);
    const settings = {
      template: EMBEDDED_MODEL_TEMPLATE,
      ...(temperature === undefined ? {} : { temp: temperature }),
    };
    return { ...paths, settings };
  } finally {
    await file.close();
  }
}

/** Both are read whole to see: a model as small as this one takes some milliseconds. */
async function writeUnlessThere(image: Image, path: string, signal?: AbortSignal): Promise<void> {
  const there = await lookAtFile(path).catch(() => undefined);
  if (there?.sizeBytes === image.sizeBytes) {
    const digests = [digestFile(path, there.sizeBytes, signal), digestImage(image, signal)];
    const [found, wanted] = await Promise.all(digests);
    if (found === wanted) return;
  }
  await writeRaw(image, path, { signal });
}
