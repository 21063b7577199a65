import { Buffer } from 'buffer';
import type { RandomAccess } from '../../image/random-access.js';

/**
 * The GGUF container, little-endian. Source: the GGUF specification (ggml, docs/gguf.md); the limits
 * are those of llama.cpp's own reader (ggml/src/gguf.cpp), which a model has to pass in the end.
 *
 * After the fixed part come the metadata pairs (key, type, value), then one entry per tensor (name,
 * number of dimensions, dimensions, type, offset), padding up to the alignment, and the tensor data.
 * Strings are a 64-bit length and that many bytes; arrays are an element type, a 64-bit count and the
 * elements.
 */

export interface GgufField {
  readonly offset: number;
  readonly width: 4 | 8;
  readonly meaning: string;
}

/** The fixed part at the start of the file. */
export const GGUF_HEADER = {
  magic: { offset: 0, width: 4, meaning: '"GGUF"' },
  version: { offset: 4, width: 4, meaning: '3; 2 is laid out alike; 1 had 32-bit lengths' },
  tensorCount: { offset: 8, width: 8, meaning: 'entries in the tensor table' },
  metadataCount: { offset: 16, width: 8, meaning: 'pairs of metadata' },
} as const satisfies Record<string, GgufField>;

/** Length of the fixed part. */
export const HEADER_BYTES = 24;

export const MAGIC = 'GGUF';

/** The version written. */
export const VERSION = 3;

/** Versions read: laid out alike, but for version 3 allowing big-endian files. */
export const READABLE_VERSIONS: readonly number[] = [2, 3];

/** The types of metadata values: number in the file, and bytes of a value of fixed width. */
export const VALUE_TYPES = {
  uint8: { id: 0, width: 1 },
  int8: { id: 1, width: 1 },
  uint16: { id: 2, width: 2 },
  int16: { id: 3, width: 2 },
  uint32: { id: 4, width: 4 },
  int32: { id: 5, width: 4 },
  float32: { id: 6, width: 4 },
  bool: { id: 7, width: 1 },
  string: { id: 8, width: undefined },
  array: { id: 9, width: undefined },
  uint64: { id: 10, width: 8 },
  int64: { id: 11, width: 8 },
  float64: { id: 12, width: 8 },
} as const satisfies Record<string, { id: number; width: number | undefined }>;

export type ValueTypeName = keyof typeof VALUE_TYPES;
export type NumberTypeName = Exclude<ValueTypeName, 'bool' | 'string' | 'array'>;

/** Bytes of the length before a string, and of the count before an array's elements. */
export const LENGTH_BYTES = 8;

/** Shortest pair of metadata: a key of one byte, its type, a value of one byte. */
export const MIN_METADATA_BYTES = LENGTH_BYTES + 1 + 4 + 1;

/** Shortest entry of the tensor table: an empty name, no dimensions, type, offset. */
export const MIN_TENSOR_BYTES = LENGTH_BYTES + 4 + 4 + 8;

/** Metadata key that says where tensor data may start; {@link DEFAULT_ALIGNMENT_BYTES} without it. */
export const ALIGNMENT_KEY = 'general.alignment';
export const DEFAULT_ALIGNMENT_BYTES = 32;

/** llama.cpp: GGML_MAX_DIMS. */
export const MAX_DIMENSIONS = 4;

/** llama.cpp: GGML_MAX_NAME, less the NUL. */
export const MAX_TENSOR_NAME_BYTES = 63;

/** GGUF specification: keys have at most 2^16 - 1 bytes. */
export const MAX_KEY_BYTES = 0xffff;

/**
 * A header longer than this is taken for damage. The longest ones in use, of vocabularies of 256,000
 * tokens, have about 20 MB.
 */
export const MAX_HEADER_BYTES = 256 << 20;

/** The largest power of two that a uint32, the type of `general.alignment`, holds. */
const MAX_ALIGNMENT = 2 ** 31;

/**
 * Whether tensor data can be aligned to so many bytes: to a power of two, as llama.cpp wants it
 * (ggml/src/gguf.cpp). The GGUF specification wants a multiple of 8 besides; llama.cpp takes 1, 2 and 4 too.
 */
export function isAlignment(value: number): boolean {
  if (!Number.isInteger(value) || value < 1 || value > MAX_ALIGNMENT) return false;
  return (value & (value - 1)) === 0;
}

/** Whether the bytes start as a GGUF does (GGUF specification, "File structure"). */
export async function isGguf(source: RandomAccess): Promise<boolean> {
  if (source.sizeBytes < MAGIC.length) return false;
  return Buffer.from(await source.read(0, MAGIC.length)).toString('latin1') === MAGIC;
}
