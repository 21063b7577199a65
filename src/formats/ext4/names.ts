import { ZosiaError } from '../../errors.js';
import type { Ext4Name } from './entry.js';
import { MAX_NAME_BYTES } from './layout/directory.js';

/**
 * Names inside the planner are "byte strings": one character per byte. They compare by code unit the
 * way the bytes do, and work as keys of a Map.
 */
export type ByteString = string;

const SHORT_BYTES = 24;

export function toByteString(name: Ext4Name): ByteString {
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

/**
 * The names along an absolute path; none for `/`.
 *
 * @throws ZosiaError `ZOSIA_EXT4_BAD_PATH`, `ZOSIA_EXT4_NAME_TOO_LONG`
 */
export function splitPath(path: Ext4Name): ByteString[] {
  const text = toByteString(path);
  if (text === '/') return [];
  const [before, ...names] = text.split('/');
  const bad = names.some((name) => name === '' || name === '.' || name === '..');
  if (before !== '' || names.length === 0 || bad || text.includes('\0')) {
    throw new ZosiaError(
      'ZOSIA_EXT4_BAD_PATH',
      `${JSON.stringify(displayName(text))} is not a path inside the disk`,
      { hint: 'Give an absolute path without empty names, "." or "..", such as /models/a.gguf.' },
    );
  }
  for (const name of names) {
    if (name.length > MAX_NAME_BYTES) {
      throw new ZosiaError(
        'ZOSIA_EXT4_NAME_TOO_LONG',
        `the name ${JSON.stringify(displayName(name))} takes ${name.length} bytes`,
        { hint: `ext4 names have at most ${MAX_NAME_BYTES} bytes; choose a shorter one.` },
      );
    }
  }
  return names;
}
