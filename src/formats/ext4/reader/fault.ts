import { ZosiaError } from '../../../errors.js';
import type { Fault } from '../../findings.js';

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
