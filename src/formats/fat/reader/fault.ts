import { ZosiaError } from '../../../errors.js';

/** Something on the volume that is not as the format has it; the reader stops at it, the check does not. */
export interface Fault {
  /** Stable, in kebab-case: `long-name-checksum`. */
  readonly code: string;
  /** One line for people, without the place. */
  readonly message: string;
}

export function fault(code: string, message: string): Fault {
  return { code, message };
}

/** The error for a structure that is not as the format has it. `where` says which one it is. */
export function corrupt(where: string, message: string): ZosiaError {
  return new ZosiaError('ZOSIA_FAT_CORRUPT', `${where}: ${message}`, {
    hint: 'The image is damaged or incomplete: list everything wrong with `zosia verify`, or build it again.',
  });
}
