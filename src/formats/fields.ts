/** A number in a structure: 1, 2 or 4 bytes wide. */
export interface NumberField {
  readonly kind: 'number';
  readonly offset: number;
  readonly width: 1 | 2 | 4;
  readonly byteOrder: 'little' | 'big';
  readonly meaning: string;
}

/** A run of bytes in a structure: a UUID, a name, an embedded structure, or several zero fields. */
export interface BytesField {
  readonly kind: 'bytes';
  readonly offset: number;
  readonly width: number;
  readonly meaning: string;
}

/** A binary structure: every field by name. Offsets count from the start of the structure. */
export type Layout = Readonly<Record<string, NumberField | BytesField>>;

/** Values for some of the fields of a structure; fields not named are left as they are. */
export type FieldValues<L extends Layout> = {
  readonly [K in keyof L]?: L[K] extends BytesField ? Uint8Array : number;
};

type Make = (offset: number, meaning: string) => NumberField;

const numberField =
  (width: 1 | 2 | 4, byteOrder: 'little' | 'big'): Make =>
  (offset, meaning) => ({ kind: 'number', offset, width, byteOrder, meaning });

/** ext4 is little-endian throughout; its journal (jbd2) is big-endian. */
export const u8 = numberField(1, 'little');
export const le16 = numberField(2, 'little');
export const le32 = numberField(4, 'little');
export const be32 = numberField(4, 'big');

export function byteField(offset: number, width: number, meaning: string): BytesField {
  return { kind: 'bytes', offset, width, meaning };
}

/**
 * Writes fields of the structure that starts at `base`.
 *
 * @throws RangeError when a value does not fit its field: always a defect of the caller.
 */
export function writeFields<L extends Layout>(
  layout: L,
  bytes: Uint8Array,
  base: number,
  values: FieldValues<L>,
): void {
  for (const name in values) {
    const field: NumberField | BytesField = layout[name]!;
    const value: number | Uint8Array | undefined = values[name];
    if (value === undefined) continue;
    if (field.kind === 'number') writeNumber(bytes, base, name, field, value as number);
    else writeBytes(bytes, base, name, field, value as Uint8Array);
  }
}

/** Reads a number field of the structure that starts at `base`. */
export function readNumber(field: NumberField, bytes: Uint8Array, base = 0): number {
  // Byte by byte: a DataView for each number costs a checker of many inodes half of its time.
  const at = base + field.offset;
  if (at < 0 || at + field.width > bytes.length) {
    throw new RangeError(`bytes ${at} to ${at + field.width} of ${bytes.length}`);
  }
  const first = bytes[at]!;
  if (field.width === 1) return first;
  const isLittle = field.byteOrder === 'little';
  const second = bytes[at + 1]!;
  if (field.width === 2) return isLittle ? first | (second << 8) : (first << 8) | second;
  const [third, fourth] = [bytes[at + 2]!, bytes[at + 3]!];
  return isLittle
    ? (first | (second << 8) | (third << 16) | (fourth << 24)) >>> 0
    : ((first << 24) | (second << 16) | (third << 8) | fourth) >>> 0;
}

/** The bytes of a field, as a view. */
export function readBytes(field: BytesField, bytes: Uint8Array, base = 0): Uint8Array {
  return bytes.subarray(base + field.offset, base + field.offset + field.width);
}

/** The lower 32 bits of a number below 2^53. */
export function low32(value: number): number {
  return value % 0x1_0000_0000;
}

/** What lies above the lower 32 bits of a number below 2^53. */
export function high32(value: number): number {
  return Math.floor(value / 0x1_0000_0000);
}

export function low16(value: number): number {
  return value & 0xffff;
}

/** Bits 16 to 31 of a 32-bit number. */
export function high16(value: number): number {
  return (value >>> 16) & 0xffff;
}

const LIMITS = { 1: 2 ** 8, 2: 2 ** 16, 4: 2 ** 32 } as const;

/** Byte by byte, which is twice as fast as a DataView for the many small structures of a disk. */
function writeNumber(
  bytes: Uint8Array,
  base: number,
  name: string,
  field: NumberField,
  value: number,
): void {
  const { width } = field;
  if (!Number.isInteger(value) || value < 0 || value >= LIMITS[width]) {
    throw new RangeError(`${name}: ${value} does not fit ${width} bytes`);
  }
  const first = base + field.offset;
  if (first + width > bytes.length) throw new RangeError(`${name} lies outside of the structure`);
  // Without a loop: the thousands of fields of one disk are written before the engine has optimised this.
  const isLittle = field.byteOrder === 'little';
  const step = isLittle ? 1 : -1;
  let at = isLittle ? first : first + width - 1;
  bytes[at] = value;
  if (width === 1) return;
  bytes[(at += step)] = value >>> 8;
  if (width === 2) return;
  bytes[(at += step)] = value >>> 16;
  bytes[at + step] = value >>> 24;
}

function writeBytes(
  bytes: Uint8Array,
  base: number,
  name: string,
  field: BytesField,
  value: Uint8Array,
): void {
  if (value.length > field.width) {
    throw new RangeError(`${name}: ${value.length} bytes do not fit ${field.width}`);
  }
  bytes.set(value, base + field.offset);
}
