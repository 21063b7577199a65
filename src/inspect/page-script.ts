import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { ZosiaError } from '../errors.js';

/** Built from `page/browser`; from here it is as far from the sources as from what is built of them. */
const SCRIPT = fileURLToPath(new URL('../../dist/page/map.js', import.meta.url));

/**
 * The program of the page of `zosia inspect --html`.
 *
 * @throws ZosiaError `ZOSIA_INSTALLATION_DAMAGED`
 */
export async function readPageScript(): Promise<string> {
  return readFile(SCRIPT, 'utf8').catch((cause: unknown) => {
    throw new ZosiaError('ZOSIA_INSTALLATION_DAMAGED', `${SCRIPT} cannot be read`, {
      hint: 'Install zosia again; in a clone, run `npm run build`.',
      cause,
    });
  });
}
