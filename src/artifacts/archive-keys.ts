import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { ZosiaError } from '../errors.js';
import { systemReason } from '../host/system-errors.js';

/** The keys of Debian's archive that ship with zosia: see docs/trust.md. */
export const ARCHIVE_KEYS = fileURLToPath(new URL('../../artifacts.keys.asc', import.meta.url));

/**
 * The keys that indexes are checked with, as an armored block.
 *
 * @throws ZosiaError `ZOSIA_INDEX_REFUSED`
 */
export async function readArchiveKeys(path: string = ARCHIVE_KEYS): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new ZosiaError(
      'ZOSIA_INDEX_REFUSED',
      `the keys of Debian's archive cannot be read: ${systemReason(cause)}`,
      { hint: 'Install zosia again; in a clone, restore artifacts.keys.asc with git.', cause },
    );
  }
}
