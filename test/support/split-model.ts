import { basename, dirname, join } from 'node:path';
import { GgufArray, readGguf } from '../../src/formats/gguf/reader.js';
import type { GgufHeader, GgufTensor, GgufValue } from '../../src/formats/gguf/reader.js';
import { planGguf } from '../../src/formats/gguf/writer.js';
import type { TensorPlan, TypedValue } from '../../src/formats/gguf/writer.js';
import { makeImage } from '../../src/image/image.js';
import { accessFile } from '../../src/host/access-file.js';
import { writeRaw } from '../../src/host/raw-writer.js';

/**
 * Splits a GGUF as llama-gguf-split does: the first part has all the metadata, and each says which one
 * it is. Gives the parts' paths, beside the model.
 */
export async function splitModel(path: string, partCount: number): Promise<string[]> {
  const file = await accessFile(path);
  const header = await readGguf(file).finally(() => file.close());
  const { tensors } = header;
  const perPart = Math.ceil(tensors.length / partCount);
  const parts: string[] = [];
  for (let index = 0; index < partCount; index++) {
    const part = join(dirname(path), splitName(basename(path, '.gguf'), index, partCount));
    const own = tensors.slice(index * perPart, (index + 1) * perPart);
    const image = planGguf({
      metadata: {
        ...(index === 0 ? typedMetadata(header) : {}),
        ...splitMetadata(index, partCount, tensors.length),
      },
      tensors: own.map((tensor) => tensorPlan(path, header, tensor)),
    });
    await writeRaw(image, part);
    parts.push(part);
  }
  return parts;
}

/** How llama-gguf-split names a part; `index` counts from 0, names from 1. */
export function splitName(stem: string, index: number, partCount: number): string {
  const digits = (number: number): string => String(number).padStart(5, '0');
  return `${stem}-${digits(index + 1)}-of-${digits(partCount)}.gguf`;
}

/** What a part says of itself; the types are those that llama.cpp insists on. */
export function splitMetadata(
  index: number,
  partCount: number,
  tensorCount: number,
): Record<string, TypedValue> {
  return {
    'split.no': { type: 'uint16', value: index },
    'split.count': { type: 'uint16', value: partCount },
    'split.tensors.count': { type: 'int32', value: tensorCount },
  };
}

function tensorPlan(
  path: string,
  { dataOffset }: GgufHeader,
  { name, dimensions, type, offset, sizeBytes }: GgufTensor,
): TensorPlan {
  const source = { kind: 'file', path, offset: dataOffset + offset } as const;
  const data = makeImage(sizeBytes, [{ offset: 0, length: sizeBytes, source }]);
  return { name, dimensions, type: type.name, data };
}

function typedMetadata({ metadata }: GgufHeader): Record<string, TypedValue> {
  return Object.fromEntries([...metadata].map(([key, value]) => [key, typed(key, value)]));
}

/** Readers do not keep the type of a number, so the few keys of models that are no integers are known. */
const FLOAT_KEY = /epsilon|freq_base|sampling\.temp/;

function typed(key: string, value: GgufValue): TypedValue {
  if (value instanceof GgufArray) {
    const elements = [...value];
    return { type: 'array', of: value.elementType, value: elements } as TypedValue;
  }
  if (typeof value === 'string') return { type: 'string', value };
  if (typeof value === 'boolean') return { type: 'bool', value };
  return { type: FLOAT_KEY.test(key) ? 'float32' : 'uint32', value };
}
