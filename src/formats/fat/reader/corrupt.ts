import { ZosiaError } from '../../../errors.js';

/**
 * The error for a structure that is not as the format has it. `where` says which one it is, by a path
 * perhaps: control characters of names do not get into messages.
 */
export function corrupt(where: string, message: string): ZosiaError {
  const printable = where.replace(/\p{Cc}/gu, '_');
  return new ZosiaError('ZOSIA_FAT_CORRUPT', `${printable}: ${message}`, {
    hint: 'The image is damaged or incomplete: list everything wrong with `zosia verify`, or build it again.',
  });
}
