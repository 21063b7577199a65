import { ZosiaError } from '../../errors.js';
import type { Suite } from '../lock.js';
import type { Release } from '../release.js';

/** An index that is not taken, and what else was read goes with it. */
export function refused(
  suite: Suite,
  what: string,
  {
    cause,
    hint = 'Nothing was changed. Something on the way may change files, or the mirror is broken: name another one.',
  }: { readonly cause?: unknown; readonly hint?: string | undefined } = {},
): ZosiaError {
  return new ZosiaError('ZOSIA_INDEX_REFUSED', `the index of ${suite} is refused: ${what}`, {
    hint,
    cause,
  });
}

/** @throws ZosiaError `ZOSIA_INDEX_REFUSED` for what was signed, but for another suite */
export function requireSuite(suite: Suite, { codename }: Pick<Release, 'codename'>): void {
  if (codename !== suite) throw refused(suite, `it is one of ${codename || 'no suite'}`);
}
