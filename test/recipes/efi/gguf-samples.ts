import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { uint32 } from '../../../src/formats/gguf/values.js';
import type { TypedValue } from '../../../src/formats/gguf/values.js';
import { planGguf } from '../../../src/formats/gguf/writer.js';
import { writeRaw } from '../../../src/host/raw-writer.js';
import { readEfiGguf } from '../../../src/recipes/efi/gguf-model.js';
import type { EfiGguf, ReadEfiGgufOptions } from '../../../src/recipes/efi/gguf-model.js';
import { MODEL_METADATA, MODEL_TENSORS, modelGguf } from '../../formats/gguf/samples.js';

/** Writes a GGUF that the EFI machine runs; `metadata` adds to it or replaces parts of it. Returns its path. */
export async function writeSampleGguf(
  folder: string,
  metadata: Readonly<Record<string, TypedValue>> = {},
  fileName = 'tiny.gguf',
): Promise<string> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, fileName);
  await writeFile(path, await modelGguf(metadata));
  return path;
}

/** {@link writeSampleGguf}, opened. */
export async function sampleEfiGguf(
  folder: string,
  options: ReadEfiGgufOptions = {},
  metadata: Readonly<Record<string, TypedValue>> = {},
): Promise<EfiGguf> {
  return readEfiGguf(await writeSampleGguf(folder, metadata), folder, options);
}

/** Writes the model in two parts; returns their paths. */
export async function writeSplitGguf(folder: string): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const halves = [MODEL_TENSORS.slice(0, 5), MODEL_TENSORS.slice(5)];
  const paths: string[] = [];
  for (const [index, tensors] of halves.entries()) {
    const split: Record<string, TypedValue> = {
      'split.no': { type: 'uint16', value: index },
      'split.count': { type: 'uint16', value: halves.length },
      'split.tensors.count': { type: 'int32', value: MODEL_TENSORS.length },
    };
    const metadata = index === 0 ? { ...MODEL_METADATA, ...split } : split;
    const path = join(folder, `tiny-0000${index + 1}-of-00002.gguf`);
    await writeRaw(planGguf({ metadata, tensors }), path);
    paths.push(path);
  }
  return paths;
}

/** Writes a GGUF of more than 4 GiB, nearly all of which is a hole. Returns its path. */
export async function writeLargeGguf(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, 'large.gguf');
  const width = 1 << 21;
  const data = { sizeBytes: 256 * width * 4, segments: [] };
  const tensors = MODEL_TENSORS.map((tensor) => {
    const [, block] = /\.(ffn_(?:gate|up|down))\./.exec(tensor.name) ?? [];
    if (block === undefined) return tensor;
    return { ...tensor, dimensions: block === 'ffn_down' ? [width, 256] : [256, width], data };
  });
  const metadata = { ...MODEL_METADATA, 'llama.feed_forward_length': uint32(width) };
  await writeRaw(planGguf({ metadata, tensors }), path);
  return path;
}
