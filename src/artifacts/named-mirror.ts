import { ZosiaError } from '../errors.js';

/** The variable that names a mirror to be asked first. */
const VARIABLE = 'ZOSIA_DEBIAN_MIRROR';

/**
 * The base URL of the mirror that a user names, ending in `/`, or undefined.
 *
 * @throws ZosiaError `ZOSIA_BAD_OPTION`
 */
export function namedMirror(
  environment: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const { [VARIABLE]: named = '' } = environment;
  if (named === '') return undefined;
  const url = URL.canParse(named) ? new URL(named) : undefined;
  const isPlain = url?.username === '' && url.password === '' && url.search + url.hash === '';
  if (!url || !isPlain || !['http:', 'https:'].includes(url.protocol)) {
    // What was given is not repeated: it may hold a password.
    throw new ZosiaError('ZOSIA_BAD_OPTION', `${VARIABLE} names no mirror`, {
      hint:
        "Give the address of a Debian archive's folder, with http or https and without a password: " +
        'the one that has "dists" and "pool" in it.',
    });
  }
  return url.href.endsWith('/') ? url.href : `${url.href}/`;
}
