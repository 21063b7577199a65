import { FIELD_DIGITS, NEWC_FIELDS, NEWC_MAGIC } from './layout.js';
import type { NewcFieldName, NewcHeader } from './layout.js';

const FIELD_NAMES = Object.keys(NEWC_FIELDS) as NewcFieldName[];

/** The 110 bytes of a header whose fields have been checked to fit. */
export function encodeHeader(header: NewcHeader): Uint8Array {
  const text = FIELD_NAMES.map((name) =>
    header[name].toString(16).toUpperCase().padStart(FIELD_DIGITS, '0'),
  );
  return new TextEncoder().encode(NEWC_MAGIC + text.join(''));
}

/** The header in these 110 bytes, whatever their magic; numbers are read as the kernel reads them. */
export function decodeHeader(bytes: Uint8Array): NewcHeader {
  const header: Partial<Record<NewcFieldName, number>> = {};
  for (const name of FIELD_NAMES) {
    header[name] = readHexadecimal(bytes, NEWC_FIELDS[name].offset);
  }
  return header as NewcHeader;
}

const DIGIT_VALUES = Uint8Array.from({ length: 256 }, (_, code) => {
  const value = Number.parseInt(String.fromCharCode(code), 16);
  return Number.isNaN(value) ? 16 : value;
});

/** As simple_strtoul: `0x` may stand before it, and it ends where there is no digit. */
function readHexadecimal(bytes: Uint8Array, offset: number): number {
  const hasPrefix = bytes[offset] === 0x30 && (bytes[offset + 1]! | 0x20) === 0x78;
  let value = 0;
  for (let i = hasPrefix ? 2 : 0; i < FIELD_DIGITS; i++) {
    const digit = DIGIT_VALUES[bytes[offset + i]!]!;
    if (digit > 15) break;
    value = value * 16 + digit;
  }
  return value;
}
