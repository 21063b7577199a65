import { ZosiaError } from '../../../errors.js';

/** The error for a structure that is not as the format has it. `where` says which one it is. */
export function corrupt(where: string, message: string): ZosiaError {
  return new ZosiaError('ZOSIA_FAT_CORRUPT', `${where}: ${message}`, {
    hint: 'The image is damaged or incomplete: list everything wrong with `zosia verify`, or build it again.',
  });
}
