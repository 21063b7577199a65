import type { Stanza } from './deb822.js';

/** What a suite of Debian's archive has for one architecture now. */
export interface PackageIndex {
  /**
   * What the suite says of the named packages, of each its highest version; names it does not have are left out.
   *
   * @throws ZosiaError `ZOSIA_APT_FAILED`; the signal's reason when cancelled
   */
  show(names: readonly string[], signal?: AbortSignal): Promise<readonly Stanza[]>;
}
