import { ZosiaError } from '../../../errors.js';

/**
 * Something on the disk that is not as the format has it. Parsers return faults beside what they could
 * make out; the reader stops at the first one, the checker collects them all.
 */
export interface Fault {
  /** Stable, in kebab-case: `extent-out-of-order`. */
  readonly code: string;
  /** One line for people, without the place. */
  readonly message: string;
}

export function fault(code: string, message: string): Fault {
  return { code, message };
}

/** The error for a structure that is not as the format has it. `where` says which one it is. */
export function corrupt(where: string, message: string): ZosiaError {
  return new ZosiaError('ZOSIA_EXT4_CORRUPT', `${where}: ${message}`, {
    hint: 'The image is damaged or incomplete: list everything wrong with `zosia verify`, or build it again.',
  });
}

/** @throws ZosiaError `ZOSIA_EXT4_CORRUPT` for the first of the faults, if there are any */
export function refuseFaults(where: string, faults: readonly Fault[]): void {
  const [first] = faults;
  if (first) throw corrupt(where, first.message);
}
