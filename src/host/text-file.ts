import { ZosiaError } from '../errors.js';
import { accessFile } from './access-file.js';
import { MIB } from '../image/units.js';

/** What is longer is no text of a person's, and no results of a year. */
const MAX_BYTES = 64 * MIB;

/**
 * Reads a text that a user named.
 *
 * @throws ZosiaError `ZOSIA_FILE_NOT_FOUND`, `ZOSIA_FILE_UNREADABLE`, `ZOSIA_FILE_TOO_LARGE`
 */
export async function readTextFile(path: string): Promise<string> {
  const file = await accessFile(path);
  try {
    if (file.sizeBytes > MAX_BYTES) {
      throw new ZosiaError('ZOSIA_FILE_TOO_LARGE', `${path} has more than 64 MiB`, {
        hint: 'Check that it is the file you mean.',
      });
    }
    return Buffer.from(await file.read(0, file.sizeBytes)).toString('utf8');
  } finally {
    await file.close();
  }
}
