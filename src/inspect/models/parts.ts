import { ZosiaError } from '../../errors.js';
import { baseModelOf } from '../../formats/gguf/base-model.js';
import type { BaseModel } from '../../formats/gguf/base-model.js';
import { checkGguf } from '../../formats/gguf/check.js';
import { corrupt } from '../../formats/gguf/errors.js';
import { checkLoadable } from '../../formats/gguf/loadable.js';
import { describeModel } from '../../formats/gguf/model-info.js';
import type { ModelInfo } from '../../formats/gguf/model-info.js';
import { readGguf } from '../../formats/gguf/reader.js';
import type { GgufHeader } from '../../formats/gguf/reader.js';
import { digestBytes } from '../../host/digest.js';
import { noSuchFile } from '../../host/file-errors.js';
import type { OpenRandomAccess } from '../../image/random-access.js';
import { requireKind } from './kind.js';
import type { ModelKind } from './kind.js';

/** One file of a model: the only one, unless it was split. */
export interface ModelPart {
  /** The file's name in its folder. */
  readonly name: string;
  readonly sizeBytes: number;
  readonly header: GgufHeader;
  /**
   * The sha256 of everything before the tensor data. It tells models apart without reading gigabytes;
   * two models that differ in weights alone share it, which a disk's identity does not mind.
   */
  readonly headerSha256: string;
}

/** The folder a model lies in, on the host or on a disk. */
export interface ModelFolder {
  /** Opens a file of the folder; undefined when there is none of that name. */
  open(name: string): Promise<OpenRandomAccess | undefined>;
  /** The path of a file, for messages. */
  pathOf(name: string): string;
}

/** llama.cpp (llama_split_path): the parts' numbers begin at 1 and have five digits or more. */
const PART_NAME = /^(.*)-(\d{5,})-of-(\d{5,})\.gguf$/s;

const MISSING_PARTS_NAMED = 3;

/** What `split.count` can say in llama.cpp, where it is a uint16. */
const MAX_PARTS = 65_535;

/**
 * Reads the headers of a model that llama.cpp would load: {@link readGgufParts}, and checked further.
 *
 * @param kinds what it may be; a language model unless given
 * @returns the parts in order
 * @throws ZosiaError `ZOSIA_MODEL_WRONG_KIND`, `ZOSIA_MODEL_VOCABULARY_ONLY`, and those of `readGgufParts`
 * and `checkLoadable`
 */
export async function readModelParts(
  name: string,
  folder: ModelFolder,
  kinds: readonly ModelKind[] = ['model'],
): Promise<ModelPart[]> {
  const parts = await readGgufParts(name, folder);
  const header = headerOfAll(parts);
  const path = folder.pathOf(parts[0]!.name);
  requireKind(header, kinds, path);
  checkLoadable(header, path);
  return parts;
}

/**
 * Reads the headers of a GGUF of any kind, all parts of it when it was split, and checks each against its
 * own tensor table and all of them against each other. Any part may be named. Tensor data is not read.
 *
 * A model is split when it says so: `split.count`, `split.no` (from 0) and `split.tensors.count` are
 * what llama.cpp goes by (llama_model_loader).
 *
 * @returns the parts in order
 * @throws ZosiaError `ZOSIA_FILE_NOT_FOUND`, `ZOSIA_MODEL_PART_NAME`, `ZOSIA_MODEL_PART_MISSING`,
 * `ZOSIA_MODEL_PARTS_DIFFER`, and those of `checkGguf`
 */
export async function readGgufParts(name: string, folder: ModelFolder): Promise<ModelPart[]> {
  const named = await readModelPart(name, folder);
  const partCount = partCountOf(named);
  if (partCount <= 1) return [named];
  if (partCount > MAX_PARTS) {
    throw corrupt(folder.pathOf(name), `it says it is one of ${partCount} parts`);
  }
  const parts: ModelPart[] = [];
  const missing: string[] = [];
  for (const partName of partNames(named, partCount, folder)) {
    const part = partName === name ? named : await readPart(partName, folder);
    if (part) parts.push(part);
    else missing.push(partName);
    if (missing.length === MISSING_PARTS_NAMED) break;
  }
  if (missing.length > 0) throw partsMissing(folder.pathOf(name), partCount, missing);
  checkParts(parts, folder);
  return parts;
}

/** What a model says of itself, its parts taken together. */
export function describeParts(parts: readonly ModelPart[]): ModelInfo {
  return describeModel(headerOfAll(parts));
}

/** The first part has the metadata that llama.cpp goes by. */
export function headerOfAll(parts: readonly ModelPart[]): GgufHeader {
  const headers = parts.map(({ header }) => header);
  return {
    ...headers[0]!,
    tensors: headers.flatMap(({ tensors }) => tensors),
    parameterCount: headers.reduce((sum, { parameterCount }) => sum + parameterCount, 0),
  };
}

/** What companions of a model have to fit. */
export function baseOfParts(parts: readonly ModelPart[]): BaseModel {
  return baseModelOf(parts.map(({ header }) => header));
}

/** In how many parts the model comes that a file is of. */
export function partCountOf(part: ModelPart): number {
  return splitNumber(part, 'split.count') ?? 1;
}

/**
 * Reads the header of one file of a model, and checks it by itself.
 *
 * @throws ZosiaError `ZOSIA_FILE_NOT_FOUND`, and those of `checkGguf`
 */
export async function readModelPart(name: string, folder: ModelFolder): Promise<ModelPart> {
  const part = await readPart(name, folder);
  if (!part) throw noSuchFile(folder.pathOf(name));
  return part;
}

async function readPart(name: string, folder: ModelFolder): Promise<ModelPart | undefined> {
  const file = await folder.open(name);
  if (!file) return undefined;
  try {
    const header = await checkPart(file, name, folder.pathOf(name));
    return {
      name,
      sizeBytes: file.sizeBytes,
      header,
      headerSha256: digestBytes(await file.read(0, header.headerBytes)),
    };
  } finally {
    await file.close();
  }
}

/** A part, unlike a whole model, may hold metadata and no tensors. */
async function checkPart(file: OpenRandomAccess, name: string, path: string): Promise<GgufHeader> {
  if (PART_NAME.test(name) && file.sizeBytes > 0) {
    const header = await readGguf(file, path).catch(() => undefined);
    if (header?.tensors.length === 0 && header.metadata.has('split.count')) return header;
  }
  return checkGguf(file, path);
}

function splitNumber({ header }: ModelPart, key: `split.${string}`): number | undefined {
  const value = header.metadata.get(key);
  return typeof value === 'number' && Number.isInteger(value) ? value : undefined;
}

/** The names by which llama.cpp will look for the parts, made as they are asked for. */
function* partNames(
  named: ModelPart,
  partCount: number,
  folder: ModelFolder,
): Generator<string, void, undefined> {
  const digits = (number: number): string => String(number).padStart(5, '0');
  const number = (splitNumber(named, 'split.no') ?? 0) + 1;
  const ending = `-${digits(number)}-of-${digits(partCount)}.gguf`;
  if (!named.name.endsWith(ending)) {
    throw new ZosiaError(
      'ZOSIA_MODEL_PART_NAME',
      `${folder.pathOf(named.name)} says it is part ${number} of ${partCount}, and its name does not`,
      { hint: `Its name has to end in ${ending}: llama.cpp finds the parts by their names.` },
    );
  }
  const stem = named.name.slice(0, -ending.length);
  for (let part = 1; part <= partCount; part++) {
    yield `${stem}-${digits(part)}-of-${digits(partCount)}.gguf`;
  }
}

function partsMissing(path: string, partCount: number, missing: readonly string[]): ZosiaError {
  return new ZosiaError(
    'ZOSIA_MODEL_PART_MISSING',
    `${path} is one of ${partCount} parts, and not all are beside it; missing: ${missing.join(', ')}`,
    { hint: 'Put all parts of the model into one folder, under their own names.' },
  );
}

function checkParts(parts: readonly ModelPart[], folder: ModelFolder): void {
  const tensorCount = parts.reduce((sum, { header }) => sum + header.tensors.length, 0);
  for (const [index, part] of parts.entries()) {
    const differs = (what: string): ZosiaError =>
      new ZosiaError(
        'ZOSIA_MODEL_PARTS_DIFFER',
        `${folder.pathOf(part.name)} does not go with the other parts: ${what}`,
        { hint: 'The parts are of different models or versions; download all of them again.' },
      );
    const said = (key: `split.${string}`): string => String(splitNumber(part, key) ?? 'nothing');
    if (splitNumber(part, 'split.count') !== parts.length) {
      throw differs(`it belongs to ${said('split.count')} parts, not ${parts.length}`);
    }
    if (splitNumber(part, 'split.no') !== index) {
      throw differs(`its number is ${said('split.no')} instead of ${index}, counted from 0`);
    }
    if (splitNumber(part, 'split.tensors.count') !== tensorCount) {
      const total = said('split.tensors.count');
      throw differs(`all parts should hold ${total} tensors, and they hold ${tensorCount}`);
    }
  }
  const names = new Set(parts.flatMap(({ header }) => header.tensors.map((tensor) => tensor.name)));
  if (names.size < tensorCount) {
    throw new ZosiaError(
      'ZOSIA_MODEL_PARTS_DIFFER',
      `the parts of ${folder.pathOf(parts[0]!.name)} hold a tensor twice`,
      { hint: 'The parts are of different models or versions; download all of them again.' },
    );
  }
}
