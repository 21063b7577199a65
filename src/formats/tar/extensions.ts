import { TarDamage } from './header.js';
import type { TarHeader } from './header.js';
import { MAX_NAME_BYTES } from './layout.js';

/** What stands before a member and counts in the place of its header's fields. */
export interface TarExtensions {
  name?: Uint8Array | undefined;
  linkName?: Uint8Array | undefined;
  sizeBytes?: number | undefined;
  uid?: number | undefined;
  gid?: number | undefined;
  mtimeSeconds?: number | undefined;
  /** A sparse file, whose data are a map and what is no hole. */
  isSparse?: boolean | undefined;
}

const SPACE = 0x20;
const EQUALS = 0x3d;
const NEWLINE = 0x0a;
/** Digits of a record's length: no extension has as many bytes. */
const MAX_LENGTH_DIGITS = 8;

/**
 * Decodes the records of a pax header, each `LENGTH KEY=VALUE` and a newline. Those that a tree has no use for,
 * as attributes beyond the usual ones, are passed over.
 *
 * @throws TarDamage
 */
export function decodePax(bytes: Uint8Array): TarExtensions {
  const found: TarExtensions = {};
  let sparseName: Uint8Array | undefined;
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(SPACE, at);
    const digits = asciiOf(bytes.subarray(at, Math.min(space, at + MAX_LENGTH_DIGITS + 1)));
    const end = at + Number(digits);
    if (space < 0 || !/^[1-9]\d*$/.test(digits) || end > bytes.length || end <= space + 1) {
      throw new TarDamage('a pax header has a record of no length');
    }
    const equals = bytes.indexOf(EQUALS, space);
    if (equals < 0 || equals >= end || bytes[end - 1] !== NEWLINE) {
      throw new TarDamage('a pax header has no whole record');
    }
    const key = asciiOf(bytes.subarray(space + 1, equals));
    const value = bytes.subarray(equals + 1, end - 1);
    if (key === 'GNU.sparse.name') sparseName = checkedName(value);
    else applyRecord(found, key, value);
    at = end;
  }
  // The path of a sparse file is one for programs that know of none.
  if (sparseName) found.name = sparseName;
  return found;
}

function applyRecord(found: TarExtensions, key: string, value: Uint8Array): void {
  switch (key) {
    case 'path':
      found.name = checkedName(value);
      return;
    case 'linkpath':
      found.linkName = checkedName(value);
      return;
    case 'size':
      found.sizeBytes = wholeNumber(key, value);
      return;
    case 'uid':
    case 'gid':
      found[key] = wholeNumber(key, value);
      return;
    case 'mtime':
      found.mtimeSeconds = time(value);
      return;
    case 'GNU.sparse.major':
    case 'GNU.sparse.map':
    case 'GNU.sparse.numblocks':
      found.isSparse = true;
  }
}

/** A name of GNU's own members for those that fit no field: up to a NUL. @throws TarDamage */
export function decodeLongName(bytes: Uint8Array): Uint8Array {
  const end = bytes.indexOf(0);
  return checkedName(end < 0 ? bytes : bytes.subarray(0, end));
}

/** The header with what was said before it. */
export const extended = (header: TarHeader, extensions: TarExtensions): TarHeader => ({
  ...header,
  ...Object.fromEntries(Object.entries(extensions).filter(([, value]) => value !== undefined)),
});

function checkedName(bytes: Uint8Array): Uint8Array {
  if (bytes.length > MAX_NAME_BYTES) {
    throw new TarDamage(
      `a name has ${bytes.length} bytes, more than the ${MAX_NAME_BYTES} allowed`,
    );
  }
  if (bytes.includes(0)) throw new TarDamage('a name has a NUL in it');
  if (bytes.length === 0) throw new TarDamage('a name has no bytes');
  return bytes;
}

const asciiOf = (bytes: Uint8Array): string => new TextDecoder('latin1').decode(bytes);

function wholeNumber(key: string, value: Uint8Array): number {
  const digits = asciiOf(value);
  const number = Number(digits);
  if (/^\d+$/.test(digits) && Number.isSafeInteger(number)) return number;
  throw new TarDamage(`a pax header has no number for its ${key}`);
}

function time(value: Uint8Array): number {
  const [, seconds] = /^(-?\d{1,15}(?:\.\d*)?)$/.exec(asciiOf(value)) ?? [];
  if (seconds === undefined) throw new TarDamage('a pax header has no time for its mtime');
  return Math.floor(Number(seconds));
}
