import { ZosiaError } from '../../../errors.js';
import type { LocalFinding } from '../../findings.js';

/** The error for a structure that is not as the format has it. `where` says which one it is. */
export function corrupt(where: string, message: string): ZosiaError {
  return new ZosiaError('ZOSIA_EXT4_CORRUPT', `${where}: ${message}`, {
    hint: 'The image is damaged or incomplete: list everything wrong with `zosia verify`, or build it again.',
  });
}

/** @throws ZosiaError `ZOSIA_EXT4_CORRUPT` for the first of the problems, if there are any */
export function refuseProblems(where: string, problems: readonly LocalFinding[]): void {
  const [first] = problems;
  if (first) throw corrupt(where, first.message);
}
