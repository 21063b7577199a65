import type { RandomAccess } from '../../image/random-access.js';
import {
  isAlignment,
  ALIGNMENT_KEY,
  DEFAULT_ALIGNMENT_BYTES,
  GGUF_HEADER,
  HEADER_BYTES,
  LENGTH_BYTES,
  MAGIC,
  MAX_DIMENSIONS,
  MAX_KEY_BYTES,
  MAX_TENSOR_NAME_BYTES,
  MIN_METADATA_BYTES,
  MIN_TENSOR_BYTES,
  READABLE_VERSIONS,
  VALUE_TYPES,
} from './layout.js';
import { notGguf, unsupported } from './errors.js';
import { elementCount, ggmlTypeOf, tensorBytes } from './ggml-types.js';
import type { GgmlType } from './ggml-types.js';
import { HeaderCursor } from './header-cursor.js';
import type { ValueTypeName } from './layout.js';
import { unknownType } from './unknown-type.js';
import { GgufArray, readFixed } from './values.js';
import type { ElementTypeName, GgufValue } from './values.js';

export { GgufArray } from './values.js';
export type { GgufScalar, GgufValue } from './values.js';

export interface GgufTensor {
  readonly name: string;
  /** Elements along each dimension, the one that changes fastest first. */
  readonly dimensions: readonly number[];
  readonly type: GgmlType;
  /** Where the tensor starts, in bytes from {@link GgufHeader.dataOffset}. */
  readonly offset: number;
  readonly sizeBytes: number;
}

/** Everything in a GGUF but the tensors' data. */
export interface GgufHeader {
  readonly version: number;
  readonly metadata: ReadonlyMap<string, GgufValue>;
  /** The types of the metadata in the file, by key: llama.cpp takes no other than it expects. */
  readonly types: ReadonlyMap<string, ValueTypeName>;
  readonly tensors: readonly GgufTensor[];
  /** Where tensor data starts in the file, in bytes. */
  readonly dataOffset: number;
  /** What tensors' offsets are multiples of. */
  readonly alignment: number;
  /** Bytes up to the end of the tensor table; padding and tensor data follow. */
  readonly headerBytes: number;
  /** Elements of all tensors together. */
  readonly parameterCount: number;
}

const TYPE_NAMES = new Map(
  Object.entries(VALUE_TYPES).map(([name, { id }]) => [id as number, name as ValueTypeName]),
);

/**
 * Reads the header of a GGUF: metadata and tensor table, not the tensors. Every count and length is
 * checked against the file's size before it is believed. `name` stands for the file in messages.
 *
 * Follows the GGUF specification (ggml, docs/gguf.md) where llama.cpp does: nested arrays, and names
 * that occur twice, are errors. Whether the file holds all its tensors is for `checkGguf` to say.
 *
 * @throws ZosiaError `ZOSIA_MODEL_NOT_GGUF`, `ZOSIA_MODEL_UNSUPPORTED`, `ZOSIA_MODEL_TRUNCATED`,
 * `ZOSIA_MODEL_CORRUPT`
 */
export async function readGguf(source: RandomAccess, name = 'the model'): Promise<GgufHeader> {
  const cursor = new HeaderCursor(source, name);
  const { version, tensorCount, metadataCount } = await readFixedPart(cursor, name);

  cursor.checkRoom(metadataCount, MIN_METADATA_BYTES);
  const metadata = new Map<string, GgufValue>();
  const types = new Map<string, ValueTypeName>();
  for (let i = 0; i < metadataCount; i++) {
    const key = await cursor.takeString(MAX_KEY_BYTES);
    if (key === '') throw cursor.corrupt(`the key of metadata ${i + 1} is empty`);
    if (metadata.has(key)) throw cursor.corrupt(`the metadata ${JSON.stringify(key)} occurs twice`);
    const type = await takeType(cursor);
    types.set(key, type);
    metadata.set(key, await takeValue(cursor, type));
  }

  cursor.checkRoom(tensorCount, MIN_TENSOR_BYTES);
  const tensors = new Map<string, GgufTensor>();
  for (let i = 0; i < tensorCount; i++) {
    const tensor = await takeTensor(cursor, name);
    if (tensors.has(tensor.name)) throw cursor.corrupt(`the tensor ${tensor.name} occurs twice`);
    tensors.set(tensor.name, tensor);
  }

  const alignment = alignmentOf(metadata, types, cursor);
  return {
    version,
    metadata,
    types,
    tensors: [...tensors.values()],
    dataOffset: Math.ceil(cursor.position / alignment) * alignment,
    alignment,
    headerBytes: cursor.position,
    parameterCount: sumOf(tensors.values(), ({ dimensions }) => elementCount(dimensions)!, cursor),
  };
}

async function readFixedPart(
  cursor: HeaderCursor,
  name: string,
): Promise<{ version: number; tensorCount: number; metadataCount: number }> {
  await cursor.need(MAGIC.length);
  if (cursor.bytes.toString('latin1', 0, MAGIC.length) !== MAGIC) {
    throw notGguf(name, 'it does not start with "GGUF"', 'Name a model in the GGUF format.');
  }
  await cursor.need(HEADER_BYTES);
  cursor.position = GGUF_HEADER.version.offset;
  const version = cursor.takeUint32();
  if ((version & 0xffff) === 0 && version !== 0) {
    throw unsupported(name, 'it is big-endian', 'Get the little-endian GGUF of the model.');
  }
  if (!READABLE_VERSIONS.includes(version)) {
    throw unsupported(
      name,
      `it is of GGUF version ${version}; versions ${READABLE_VERSIONS.join(' and ')} are read`,
      'Get a GGUF of the model made with a current llama.cpp.',
    );
  }
  cursor.position = GGUF_HEADER.tensorCount.offset;
  const tensorCount = cursor.takeCount();
  cursor.position = GGUF_HEADER.metadataCount.offset;
  return { version, tensorCount, metadataCount: cursor.takeCount() };
}

async function takeType(cursor: HeaderCursor): Promise<ValueTypeName> {
  await cursor.need(4);
  const id = cursor.takeUint32();
  const type = TYPE_NAMES.get(id);
  if (!type) throw cursor.corrupt(`metadata before byte ${cursor.position} is of type ${id}`);
  return type;
}

async function takeValue(cursor: HeaderCursor, type: ValueTypeName): Promise<GgufValue> {
  if (type === 'string') return cursor.takeString();
  if (type === 'array') return takeArray(cursor);
  const { width } = VALUE_TYPES[type];
  await cursor.need(width);
  const value = readFixed(type, cursor.bytes, cursor.position);
  cursor.position += width;
  return value;
}

async function takeArray(cursor: HeaderCursor): Promise<GgufArray> {
  const elementType = await takeType(cursor);
  if (elementType === 'array') throw cursor.corrupt('it has an array of arrays');
  await cursor.need(LENGTH_BYTES);
  const count = cursor.takeCount();
  const start = cursor.position;
  if (elementType === 'string') await passStrings(cursor, count);
  else {
    const { width } = VALUE_TYPES[elementType];
    cursor.checkRoom(count, width);
    await cursor.need(count * width);
    cursor.position += count * width;
  }
  return new GgufArray(
    elementType satisfies ElementTypeName,
    count,
    cursor.bytes.subarray(start, cursor.position),
  );
}

async function passStrings(cursor: HeaderCursor, count: number): Promise<void> {
  cursor.checkRoom(count, LENGTH_BYTES);
  for (let left = count; left > 0;) {
    left -= cursor.passLoadedStrings(left);
    if (left === 0) break;
    const length = await cursor.takeLength();
    cursor.position += length;
    left -= 1;
  }
}

async function takeTensor(cursor: HeaderCursor, modelName: string): Promise<GgufTensor> {
  const name = await cursor.takeString(MAX_TENSOR_NAME_BYTES);
  await cursor.need(4);
  const dimensionCount = cursor.takeUint32();
  if (dimensionCount > MAX_DIMENSIONS) {
    throw cursor.corrupt(`the tensor ${JSON.stringify(name)} has ${dimensionCount} dimensions`);
  }
  await cursor.need(dimensionCount * LENGTH_BYTES + 4 + LENGTH_BYTES);
  const dimensions = Array.from({ length: dimensionCount }, () => cursor.takeCount());
  const typeId = cursor.takeUint32();
  const type = ggmlTypeOf(typeId);
  if (!type) throw unknownType(modelName, name, typeId);
  const offset = cursor.takeCount();
  const sizeBytes = tensorBytes(type, dimensions);
  if (sizeBytes === undefined) {
    throw cursor.corrupt(
      `the tensor ${JSON.stringify(name)} of type ${type.name} cannot be ${dimensions.join(' x ')}`,
    );
  }
  return { name, dimensions, type, offset, sizeBytes };
}

function alignmentOf(
  metadata: ReadonlyMap<string, GgufValue>,
  types: ReadonlyMap<string, ValueTypeName>,
  cursor: HeaderCursor,
): number {
  const type = types.get(ALIGNMENT_KEY) ?? 'uint32';
  if (type !== 'uint32') throw cursor.corrupt(`its alignment is of type ${type} instead of uint32`);
  const value = metadata.get(ALIGNMENT_KEY) ?? DEFAULT_ALIGNMENT_BYTES;
  if (typeof value !== 'number' || !isAlignment(value)) {
    throw cursor.corrupt('its alignment is not a power of two');
  }
  return value;
}

function sumOf<T>(items: Iterable<T>, of: (item: T) => number, cursor: HeaderCursor): number {
  let sum = 0;
  for (const item of items) sum += of(item);
  if (!Number.isSafeInteger(sum)) throw cursor.corrupt('its tensors have an impossible size');
  return sum;
}
