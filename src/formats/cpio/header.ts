import { FIELD_DIGITS, HEADER_BYTES, NEWC_FIELDS, NEWC_MAGIC } from './layout.js';
import type { NewcFieldName, NewcHeader } from './layout.js';

const FIELD_NAMES = Object.keys(NEWC_FIELDS) as NewcFieldName[];
const HEXADECIMAL = /^[0-9a-fA-F]+$/;

/** The 110 bytes of a header whose fields have been checked to fit. */
export function encodeHeader(header: NewcHeader): Uint8Array {
  const text = FIELD_NAMES.map((name) =>
    header[name].toString(16).toUpperCase().padStart(FIELD_DIGITS, '0'),
  );
  return new TextEncoder().encode(NEWC_MAGIC + text.join(''));
}

/** The header in these 110 bytes, or undefined when they are not one. */
export function decodeHeader(bytes: Uint8Array): NewcHeader | undefined {
  const text = new TextDecoder('latin1').decode(bytes.subarray(0, HEADER_BYTES));
  if (text.length !== HEADER_BYTES || !text.startsWith(NEWC_MAGIC)) return undefined;
  if (!HEXADECIMAL.test(text)) return undefined;
  const field = (name: NewcFieldName): number => {
    const { offset } = NEWC_FIELDS[name];
    return Number.parseInt(text.slice(offset, offset + FIELD_DIGITS), 16);
  };
  return Object.fromEntries(FIELD_NAMES.map((name) => [name, field(name)])) as NewcHeader;
}
