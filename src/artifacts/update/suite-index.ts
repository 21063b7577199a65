import type { DebianArchitecture } from '../architectures.js';
import type { Suite } from '../lock.js';
import type { PackageIndex } from '../package-index.js';
import type { Release } from '../release.js';

/** The index of a suite for one architecture, whose signature was checked. */
export interface SuiteIndex extends PackageIndex {
  /** Of the suite, as it was signed. */
  readonly release: Release;
}

/** A way of reading a Debian archive's indexes. */
export interface IndexSource {
  /** Who checks the signatures. */
  readonly checkedBy: 'apt' | 'openpgp';
  /**
   * @throws ZosiaError `ZOSIA_APT_FAILED`, `ZOSIA_INDEX_REFUSED`, `ZOSIA_DOWNLOAD_FAILED`,
   *   `ZOSIA_DOWNLOAD_CORRUPT`; the signal's reason when cancelled
   */
  open(suite: Suite, architecture: DebianArchitecture, signal?: AbortSignal): Promise<SuiteIndex>;
}
