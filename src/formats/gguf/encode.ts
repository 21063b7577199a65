import { Buffer } from 'buffer';
import { MAX_KEY_BYTES, VALUE_TYPES } from './layout.js';
import type { NumberTypeName } from './layout.js';
import type { StringValue, TypedValue } from './values.js';

/** A pair of metadata: key, type, value. @throws RangeError for what the type cannot hold */
export function encodeMetadata(key: string, typed: TypedValue): Buffer {
  if (key === '' || Buffer.byteLength(key) > MAX_KEY_BYTES) {
    throw new RangeError(`a key has 1 to ${MAX_KEY_BYTES} bytes`);
  }
  const parts = [encodeString(key), encodeUint32(VALUE_TYPES[typed.type].id)];
  switch (typed.type) {
    case 'array':
      parts.push(encodeUint32(VALUE_TYPES[typed.of].id), encodeUint64(typed.value.length));
      parts.push(Buffer.concat(elements(typed)));
      break;
    case 'string':
      parts.push(encodeString(typed.value));
      break;
    case 'bool':
      parts.push(bool(typed.value));
      break;
    default:
      parts.push(number(typed.type, typed.value));
  }
  return Buffer.concat(parts);
}

function elements(typed: TypedValue & { type: 'array' }): Buffer[] {
  switch (typed.of) {
    case 'string':
      return typed.value.map(encodeString);
    case 'bool':
      return typed.value.map(bool);
    default: {
      const { of } = typed;
      return typed.value.map((value) => number(of, value));
    }
  }
}

function number(type: NumberTypeName, value: number): Buffer {
  switch (type) {
    case 'uint64':
      return encodeUint64(value);
    case 'int64':
      return int64(value);
    case 'float32':
      return float32(value);
    case 'float64': {
      const bytes = Buffer.alloc(8);
      bytes.writeDoubleLE(value);
      return bytes;
    }
    default: {
      if (!Number.isInteger(value)) throw new RangeError(`${value} is not an integer`);
      const { width } = VALUE_TYPES[type];
      const bytes = Buffer.alloc(width);
      if (type.startsWith('u')) bytes.writeUIntLE(value, 0, width);
      else bytes.writeIntLE(value, 0, width);
      return bytes;
    }
  }
}

export function encodeUint32(value: number): Buffer {
  return number('uint32', value);
}

/** An unsigned 64-bit number below 2^53. */
export function encodeUint64(value: number): Buffer {
  if (value < 0) throw new RangeError(`${value} is negative`);
  return int64(value);
}

/** What is positive looks the same signed and unsigned. */
function int64(value: number): Buffer {
  if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is not an exact integer`);
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt(value));
  return bytes;
}

/** The nearest float32, which for a number is one: infinity only for infinity. */
function float32(value: number): Buffer {
  if (Number.isFinite(value) && !Number.isFinite(Math.fround(value))) {
    throw new RangeError(`${value} is too large for a float32`);
  }
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
}

function bool(value: boolean): Buffer {
  return Buffer.from([value ? 1 : 0]);
}

export function encodeString(value: StringValue): Buffer {
  const bytes = Buffer.from(value as string);
  return Buffer.concat([encodeUint64(bytes.length), bytes]);
}
