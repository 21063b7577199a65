import { ZosiaError } from '../../errors.js';
import { memberPath, pathNames } from '../member-path.js';
import { MAX_NAME_UNITS } from './layout/directory.js';

/** What neither long nor short names may have; control characters may not be in them, either. */
const FORBIDDEN = /["*/:<>?\\|\p{Cc}]/u;
const FORBIDDEN_TEXT = '" * / : < > ? \\ | and control characters';

/** The longest path, in UTF-16 units: what Windows takes. It bounds how deep directories go. */
export const MAX_PATH_UNITS = 32_767;

/**
 * The one spelling of an entry's path, as `memberPath` has it.
 *
 * @throws ZosiaError `ZOSIA_FAT_BAD_PATH`, `ZOSIA_FAT_BAD_NAME`, `ZOSIA_FAT_NAME_TOO_LONG`
 */
export function entryPath(given: string): string {
  const path = memberPath(given);
  if (path === undefined || path.length > MAX_PATH_UNITS) {
    throw new ZosiaError('ZOSIA_FAT_BAD_PATH', `${quote(given)} is not a path inside the disk`, {
      hint:
        'Give a path without ".." and NUL, such as /EFI/BOOT/a.efi, of at most ' +
        `${MAX_PATH_UNITS} UTF-16 units.`,
    });
  }
  for (const name of pathNames(path)) checkName(name);
  return path;
}

/** Whether a name is one that every system takes. */
export function isAllowedName(name: string): boolean {
  return name !== '' && name.length <= MAX_NAME_UNITS && complaint(name) === undefined;
}

function checkName(name: string): void {
  if (name.length > MAX_NAME_UNITS) {
    throw new ZosiaError(
      'ZOSIA_FAT_NAME_TOO_LONG',
      `the name ${quote(name)} takes ${name.length} UTF-16 units`,
      { hint: `FAT names have at most ${MAX_NAME_UNITS}; choose a shorter one.` },
    );
  }
  const found = complaint(name);
  if (!found) return;
  const [why, hint] = found;
  throw new ZosiaError('ZOSIA_FAT_BAD_NAME', `the name ${quote(name)} ${why}`, { hint });
}

/** What is wrong with a name, and what would be right. */
function complaint(name: string): readonly [why: string, hint: string] | undefined {
  const forbidden = FORBIDDEN.exec(name)?.[0];
  if (forbidden !== undefined) {
    return [`has ${JSON.stringify(forbidden)} in it`, `FAT names cannot have ${FORBIDDEN_TEXT}.`];
  }
  if (/[. ]$/.test(name)) {
    return ['ends in a dot or a blank', 'Most systems cannot open such a file; rename it.'];
  }
  if (/\p{Cs}/u.test(name)) {
    return ['has half of a surrogate pair in it', 'Choose a name that is valid Unicode.'];
  }
  return undefined;
}

/**
 * What two names have in common when they differ in case only. Unit by unit and for every letter of
 * Unicode: systems differ in the letters whose case they pass over, and a name shall be unique on all.
 */
export function foldName(name: string): string {
  // Most names, and all at the speed of the engine's own code.
  if (/^[\x20-\x7e]*$/.test(name)) return name.toUpperCase();
  return name.replace(/[^\x20-\x60\x7b-\x7e]/g, (unit) => {
    const upper = unit.toUpperCase();
    return upper.length === 1 ? upper : unit;
  });
}

/** Orders names by UTF-16 unit, which is the same everywhere. */
export function compareNames(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A name or path in a message: quoted, and not of any length. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 300 ? `${text.slice(0, 300)}...` : text);
}
