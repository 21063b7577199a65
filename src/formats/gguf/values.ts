import type { Buffer } from 'buffer';
import type { NumberTypeName, ValueTypeName } from './layout.js';
import { LENGTH_BYTES, VALUE_TYPES } from './layout.js';
import { readUint64 } from './header-cursor.js';

/** A string as text, or as bytes where it need not be UTF-8. */
export type StringValue = string | Uint8Array;

/** A metadata value with the type it has in the file. */
export type TypedValue =
  | { readonly type: NumberTypeName; readonly value: number }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'string'; readonly value: StringValue }
  | { readonly type: 'array'; readonly of: NumberTypeName; readonly value: readonly number[] }
  | { readonly type: 'array'; readonly of: 'bool'; readonly value: readonly boolean[] }
  | { readonly type: 'array'; readonly of: 'string'; readonly value: readonly StringValue[] };

export const uint32 = (value: number): TypedValue => ({ type: 'uint32', value });

export const float32 = (value: number): TypedValue => ({ type: 'float32', value });

export type GgufScalar = number | boolean | string;

/** A metadata value. 64-bit integers have the precision of a double: exact below 2^53. */
export type GgufValue = GgufScalar | GgufArray;

type NumberReader = (bytes: Buffer, offset: number) => number;

const NUMBER_READERS: Readonly<Record<NumberTypeName, NumberReader>> = {
  uint8: (bytes, offset) => bytes.readUInt8(offset),
  int8: (bytes, offset) => bytes.readInt8(offset),
  uint16: (bytes, offset) => bytes.readUInt16LE(offset),
  int16: (bytes, offset) => bytes.readInt16LE(offset),
  uint32: (bytes, offset) => bytes.readUInt32LE(offset),
  int32: (bytes, offset) => bytes.readInt32LE(offset),
  float32: (bytes, offset) => bytes.readFloatLE(offset),
  uint64: readUint64,
  int64: (bytes, offset) => bytes.readUInt32LE(offset) + bytes.readInt32LE(offset + 4) * 2 ** 32,
  float64: (bytes, offset) => bytes.readDoubleLE(offset),
};

/** The types whose values have a fixed width. */
export type FixedTypeName = Exclude<ValueTypeName, 'string' | 'array'>;

/** The element types of arrays. The specification lets arrays nest; llama.cpp does not. */
export type ElementTypeName = Exclude<ValueTypeName, 'array'>;

/** Decodes a number or a bool that starts at `offset`. */
export function readFixed(type: FixedTypeName, bytes: Buffer, offset: number): number | boolean {
  return type === 'bool' ? bytes.readUInt8(offset) !== 0 : NUMBER_READERS[type](bytes, offset);
}

/**
 * An array of metadata, decoded element by element when asked: the vocabularies of models have some
 * hundred thousand strings, of which most callers want none.
 */
export class GgufArray implements Iterable<GgufScalar> {
  readonly elementType: ElementTypeName;
  readonly length: number;
  readonly #bytes: Buffer;
  /** Of strings: where each starts, found when the first is asked for. */
  #starts: Uint32Array | undefined;

  /** `bytes` are the elements as they stand in the file, already found to be `length` whole ones. */
  constructor(elementType: ElementTypeName, length: number, bytes: Buffer) {
    this.elementType = elementType;
    this.length = length;
    this.#bytes = bytes;
  }

  /** The element at an index; undefined outside of the array. */
  at(index: number): GgufScalar | undefined {
    if (!Number.isInteger(index) || index < 0 || index >= this.length) return undefined;
    if (this.elementType !== 'string') {
      const { width } = VALUE_TYPES[this.elementType];
      return readFixed(this.elementType, this.#bytes, index * width);
    }
    const bytes = this.stringBytes(index);
    return bytes.toString('utf8');
  }

  /** The bytes of the string at an index, which need not be UTF-8. */
  stringBytes(index: number): Buffer {
    if (this.elementType !== 'string') throw new TypeError('the array does not hold strings');
    if (index < 0 || index >= this.length) throw new RangeError(`there is no string ${index}`);
    this.#starts ??= findStarts(this.#bytes, this.length);
    const start = this.#starts[index]!;
    const length = readUint64(this.#bytes, start);
    return this.#bytes.subarray(start + LENGTH_BYTES, start + LENGTH_BYTES + length);
  }

  *[Symbol.iterator](): Generator<GgufScalar, void, undefined> {
    for (let index = 0; index < this.length; index++) yield this.at(index)!;
  }
}

function findStarts(bytes: Buffer, count: number): Uint32Array {
  const starts = new Uint32Array(count);
  let position = 0;
  for (let index = 0; index < count; index++) {
    starts[index] = position;
    position += LENGTH_BYTES + readUint64(bytes, position);
  }
  return starts;
}
