import { Buffer } from 'buffer';
import { readBytes, writeFields } from '../fields.js';
import {
  DIRECTORY_ENTRY_BYTES,
  LAST_PIECE,
  LONG_NAME_ATTRIBUTES,
  LONG_NAME_ENTRY,
  UNITS_PER_PIECE,
} from './layout/directory.js';

/** How many entries a long name takes before that of its short one. */
export function pieceCount(name: string): number {
  return Math.ceil(name.length / UNITS_PER_PIECE);
}

/** Ties the pieces of a long name to a short one: "Long Directory Entries", ChkSum(). */
export function shortNameChecksum(shortName: Uint8Array): number {
  return shortName.reduce((sum, byte) => (((sum & 1) << 7) + (sum >>> 1) + byte) & 0xff, 0);
}

/**
 * Writes the entries of a long name at `offset`, the last piece first. The last is ended by a NUL and
 * filled up with ones, unless the name fills it.
 */
export function writeLongName(
  bytes: Uint8Array,
  offset: number,
  name: string,
  shortName: Uint8Array,
): void {
  const count = pieceCount(name);
  const units = Buffer.alloc(count * UNITS_PER_PIECE * 2, 0xff);
  units.write(`${name}\0`.slice(0, count * UNITS_PER_PIECE), 'utf16le');
  const checksum = shortNameChecksum(shortName);
  for (let piece = count; piece > 0; piece--) {
    const { units1, units2, units3 } = LONG_NAME_ENTRY;
    let at = (piece - 1) * UNITS_PER_PIECE * 2;
    const take = (width: number): Uint8Array => units.subarray(at, (at += width));
    writeFields(LONG_NAME_ENTRY, bytes, offset + (count - piece) * DIRECTORY_ENTRY_BYTES, {
      order: piece === count ? piece | LAST_PIECE : piece,
      units1: take(units1.width),
      attributes: LONG_NAME_ATTRIBUTES,
      checksum,
      units2: take(units2.width),
      units3: take(units3.width),
    });
  }
}

/** The units of one piece, padding counted. */
export function readPiece(bytes: Uint8Array, offset: number): string {
  const { units1, units2, units3 } = LONG_NAME_ENTRY;
  const parts = [units1, units2, units3].map((field) => readBytes(field, bytes, offset));
  return Buffer.concat(parts).toString('utf16le');
}
