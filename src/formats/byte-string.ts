import { Buffer } from 'buffer';
/**
 * Names in images are bytes. As "byte strings", one character per byte, they compare by code unit the way
 * the bytes do, and work as keys of a Map.
 */
export type ByteString = string;

const SHORT_BYTES = 24;

export function toByteString(name: string | Uint8Array): ByteString {
  const bytes = typeof name === 'string' ? Buffer.from(name, 'utf8') : name;
  // Most names are short: their characters put together take less time than a Buffer of the bytes.
  if (bytes.length <= SHORT_BYTES) return String.fromCharCode(...bytes);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}

export function byteStringBytes(name: ByteString): Uint8Array {
  return new Uint8Array(Buffer.from(name, 'latin1'));
}

/** A byte string for people: as UTF-8 text, with what is not UTF-8 replaced. */
export function displayName(name: ByteString): string {
  return Buffer.from(name, 'latin1').toString('utf8');
}

/** Orders byte strings by their bytes. */
export function compareByteStrings(a: ByteString, b: ByteString): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Whether text has a form in UTF-8: with half a surrogate pair, two different names would become the same one. */
export function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Whether bytes are well-formed UTF-8 (RFC 3629). */
export function isUtf8(bytes: Uint8Array): boolean {
  try {
    utf8.decode(bytes);
    return true;
  } catch {
    return false;
  }
}
