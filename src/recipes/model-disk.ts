import { stat } from 'node:fs/promises';
import { modelDiskPath } from './places.js';
import type { DiskFormat, Places } from './places.js';
import type { Model } from './model.js';
import { fileData } from '../formats/ext4/file-data.js';
import { planExt4 } from '../formats/ext4/plan.js';
import type { Image } from '../image/image.js';
import { writeRaw } from '../image/raw-writer.js';
import { writeVmdk } from './vmdk-files.js';

/** How the guest knows the model's disk among others. */
export const MODEL_DISK_LABEL = 'ZOSIA_MODEL';

/** Plans the ext4 disk of a model: the model is `/model.gguf`, and not a byte of it is copied. */
export function planModelDisk(model: Model): Image {
  const { path, sizeBytes, headerSha256 } = model;
  const data = fileData(path, sizeBytes);
  return planExt4([{ path: '/model.gguf', type: 'file', data, mode: 0o444 }], {
    label: MODEL_DISK_LABEL,
    identity: Buffer.from(headerSha256, 'hex'),
  });
}

export interface ModelDiskOptions {
  readonly format: DiskFormat;
  readonly out: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
}

/**
 * Writes the disk of a model: `raw` copies the model into a plain image; `vmdk` writes a descriptor
 * that refers to the model where it lies, which takes milliseconds for any size.
 *
 * @throws ZosiaError as `writeRaw` and `writeVmdk`
 */
export async function writeModelDisk(model: Model, options: ModelDiskOptions): Promise<Image> {
  const { format, out, signal, onProgress } = options;
  const image = planModelDisk(model);
  const common = signal ? { signal } : {};
  if (format === 'vmdk') await writeVmdk(image, out, common);
  else {
    await writeRaw(image, out, {
      ...common,
      onProgress: (doneBytes) => onProgress?.(doneBytes, image.sizeBytes),
    });
  }
  return image;
}

/** The model disk that was built last in the usual places, if any: the zero-copy one before the raw one. */
export async function existingDisk(places: Places): Promise<string | undefined> {
  for (const format of ['vmdk', 'raw'] as const) {
    const path = modelDiskPath(places, format);
    const found = await stat(path).catch(() => undefined);
    if (found?.isFile()) return path;
  }
  return undefined;
}
