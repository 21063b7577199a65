import { ZosiaError } from '../errors.js';
import { option, wording } from '../wording.js';

/**
 * The base URL of a mirror that a user names, ending in `/`.
 *
 * @throws ZosiaError `ZOSIA_BAD_OPTION`
 */
export function mirrorUrl(named: string): string {
  const url = URL.canParse(named) ? new URL(named) : undefined;
  const isPlain = url?.username === '' && url.password === '' && url.search + url.hash === '';
  if (!url || !isPlain || !['http:', 'https:'].includes(url.protocol)) {
    // What was given is not repeated: it may hold a password.
    throw new ZosiaError('ZOSIA_BAD_OPTION', wording`${option('mirror')} names no mirror`, {
      hint:
        "Give the address of a Debian archive's folder, with http or https and without a password: " +
        'the one that has "dists" and "pool" in it.',
    });
  }
  return url.href.endsWith('/') ? url.href : `${url.href}/`;
}
