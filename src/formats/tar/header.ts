import {
  BINARY_FLAG,
  BLOCK_BYTES,
  GNU_MAGIC,
  NEGATIVE,
  POSIX_MAGIC,
  TAR_FIELDS,
} from './layout.js';
import type { TarField } from './layout.js';

/** A member's header, decoded, before what extensions say is applied. */
export interface TarHeader {
  /** Of one character; `0` is a file. */
  readonly type: string;
  readonly name: Uint8Array;
  readonly linkName: Uint8Array;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly sizeBytes: number;
  /** Whole seconds since 1970, which may be negative. */
  readonly mtimeSeconds: number;
  readonly deviceMajor: number;
  readonly deviceMinor: number;
}

/** What a header or an extension has that cannot be; the reader says where. */
export class TarDamage extends Error {}

/**
 * Decodes a block that is not all zeros.
 *
 * @throws TarDamage for what no tar writes: every number is whole, and but for the time none is negative
 */
export function decodeHeader(block: Uint8Array): TarHeader {
  const stored = number(block, TAR_FIELDS.checksum, 'checksum');
  if (!sums(block).includes(stored)) throw new TarDamage('a header does not match its checksum');
  const magic = latin1(fieldBytes(block, TAR_FIELDS.magic));
  if (magic !== POSIX_MAGIC && magic !== GNU_MAGIC) throw new TarDamage('a header is of no tar');
  const size = (name: keyof typeof TAR_FIELDS): number => {
    const value = number(block, TAR_FIELDS[name], name);
    if (value < 0) throw new TarDamage(`a header has a negative ${name}`);
    return value;
  };
  const type = latin1(fieldBytes(block, TAR_FIELDS.type));
  const isDevice = type === '3' || type === '4';
  const name = text(block, TAR_FIELDS.name);
  const prefix = magic === POSIX_MAGIC ? text(block, TAR_FIELDS.prefix) : new Uint8Array(0);
  return {
    type: type === '\0' ? '0' : type,
    name: prefix.length > 0 ? Uint8Array.from([...prefix, 0x2f, ...name]) : name,
    linkName: text(block, TAR_FIELDS.linkName),
    mode: size('mode'),
    uid: size('uid'),
    gid: size('gid'),
    sizeBytes: size('sizeBytes'),
    mtimeSeconds: number(block, TAR_FIELDS.mtime, 'mtime'),
    // Some leave other fields' remains there for what is no device.
    deviceMajor: isDevice ? size('deviceMajor') : 0,
    deviceMinor: isDevice ? size('deviceMinor') : 0,
  };
}

/** Whether a block is a member's header of any format: its checksum, which all have, is that of its bytes. */
export function isHeader(block: Uint8Array): boolean {
  if (block.length < BLOCK_BYTES) return false;
  const { offset, width } = TAR_FIELDS.checksum;
  const stored = octal(block.subarray(offset, offset + width));
  return stored !== undefined && sums(block).includes(stored);
}

const latin1 = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

const fieldBytes = (block: Uint8Array, { offset, width }: TarField): Uint8Array =>
  block.subarray(offset, offset + width);

function text(block: Uint8Array, field: TarField): Uint8Array {
  const bytes = fieldBytes(block, field);
  const end = bytes.indexOf(0);
  return end < 0 ? bytes : bytes.subarray(0, end);
}

function number(block: Uint8Array, field: TarField, what: string): number {
  const bytes = fieldBytes(block, field);
  const value = (bytes[0]! & BINARY_FLAG) === 0 ? octal(bytes) : binary(bytes);
  if (value === undefined || !Number.isSafeInteger(value)) {
    throw new TarDamage(`a header has no number for its ${what}`);
  }
  return value;
}

/** Digits with spaces and NULs around them; nothing of these is 0. */
function octal(bytes: Uint8Array): number | undefined {
  const [, digits] = /^[ \0]*([0-7]*)[ \0]*$/.exec(latin1(bytes)) ?? [];
  if (digits === undefined) return undefined;
  return digits === '' ? 0 : parseInt(digits, 8);
}

function binary(bytes: Uint8Array): number | undefined {
  const [first] = bytes;
  if (first !== BINARY_FLAG && first !== NEGATIVE) return undefined;
  let value = first === NEGATIVE ? -1n : 0n;
  for (const byte of bytes.subarray(1)) value = (value << 8n) | BigInt(byte);
  return Number(value);
}

/** Of the bytes, and of what old programs took them for: signed. */
function sums(block: Uint8Array): number[] {
  const { offset, width } = TAR_FIELDS.checksum;
  let unsigned = 0x20 * width;
  let high = 0;
  for (let at = 0; at < BLOCK_BYTES; at++) {
    if (at >= offset && at < offset + width) continue;
    const byte = block[at]!;
    unsigned += byte;
    if (byte >= 0x80) high++;
  }
  return [unsigned, unsigned - 0x100 * high];
}
