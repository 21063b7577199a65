import {
  encodeMetadata,
  encodeString,
  encodeUint32,
  encodeUint64,
} from '../../../src/formats/gguf/encode.js';
import { ggmlTypeNamed, tensorBytes } from '../../../src/formats/gguf/ggml-types.js';
import { HEADER_BYTES, MAGIC, VALUE_TYPES, VERSION } from '../../../src/formats/gguf/layout.js';
import type { GgufHeader } from '../../../src/formats/gguf/reader.js';
import { GgufArray } from '../../../src/formats/gguf/reader.js';
import type { TypedValue } from '../../../src/formats/gguf/values.js';

export interface Pair {
  readonly key: string;
  /** Key, type and value, as they stand in a file. */
  readonly bytes: Buffer;
}

export interface Tensor {
  readonly name: string;
  readonly dimensions: readonly number[];
  /** Name of a ggml type. */
  readonly type: string;
}

/** A header in parts that can be left out, doubled and replaced: of metadata a key may come twice. */
export interface HeaderParts {
  readonly pairs: readonly Pair[];
  readonly tensors: readonly Tensor[];
}

/** A header, and how long the file with all its tensors is; they are zeros. */
export interface WholeHeader {
  readonly header: Buffer;
  readonly fileBytes: number;
}

export const pair = (key: string, value: TypedValue): Pair => ({
  key,
  bytes: encodeMetadata(key, value),
});

/** The parts of a header that was read. */
export function partsOf({ metadata, types, tensors }: GgufHeader): HeaderParts {
  return {
    pairs: [...metadata].map(([key, value]) => {
      if (!(value instanceof GgufArray)) {
        return pair(key, { type: types.get(key), value } as TypedValue);
      }
      const isText = value.elementType === 'string';
      const elements = Array.from({ length: value.length }, (_, index) => {
        return isText ? value.stringBytes(index) : value.at(index);
      });
      return pair(key, { type: 'array', of: value.elementType, value: elements } as TypedValue);
    }),
    tensors: tensors.map(({ name, dimensions, type }) => ({ name, dimensions, type: type.name })),
  };
}

export function assemble({ pairs, tensors }: HeaderParts): WholeHeader {
  const aligned = (bytes: number): number => Math.ceil(bytes / 32) * 32;
  const table: Buffer[] = [];
  let dataBytes = 0;
  for (const { name, dimensions, type } of tensors) {
    const { id } = ggmlTypeNamed(type);
    table.push(encodeString(name), encodeUint32(dimensions.length));
    table.push(...dimensions.map(encodeUint64), encodeUint32(id), encodeUint64(dataBytes));
    dataBytes += aligned(tensorBytes(ggmlTypeNamed(type), dimensions) ?? 0);
  }
  const fixed = Buffer.alloc(HEADER_BYTES);
  fixed.write(MAGIC);
  fixed.writeUInt32LE(VERSION, 4);
  fixed.writeBigUInt64LE(BigInt(tensors.length), 8);
  fixed.writeBigUInt64LE(BigInt(pairs.length), 16);
  const header = Buffer.concat([fixed, ...pairs.map(({ bytes }) => bytes), ...table]);
  return { header, fileBytes: aligned(header.length) + dataBytes };
}

/** A value of another kind for each type that metadata has. */
export const OTHER_VALUES: readonly TypedValue[] = [
  ...(Object.keys(VALUE_TYPES) as (keyof typeof VALUE_TYPES)[])
    .filter((type) => type !== 'array' && type !== 'bool' && type !== 'string')
    .map((type): TypedValue => ({ type, value: 1 })),
  { type: 'bool', value: true },
  { type: 'string', value: 'text' },
  { type: 'string', value: '' },
  { type: 'array', of: 'string', value: ['a', 'b'] },
  { type: 'array', of: 'float32', value: [1] },
  { type: 'array', of: 'int32', value: [1, 2, 3, 4, 5] },
  { type: 'array', of: 'uint8', value: [] },
];
