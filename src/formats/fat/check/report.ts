import type { FatType } from '../layout/table.js';

/** Something wrong with a volume. */
export interface FatProblem {
  /** Stable, in kebab-case: `chain-short`. */
  readonly code: string;
  /** Which structure: `boot sector`, `FAT 2`, or a path, with the entry in a directory. */
  readonly where: string;
  /** What is wrong with it, in one line. */
  readonly message: string;
}

export interface FatSummary {
  readonly type: FatType;
  readonly clusterCount: number;
  /** Neither free nor bad. */
  readonly usedClusterCount: number;
  readonly badClusterCount: number;
  readonly clusterSizeBytes: number;
  readonly fileCount: number;
  /** The root counted. */
  readonly directoryCount: number;
  /** Problems found, those beyond `maxProblems` counted. */
  readonly problemCount: number;
}

export interface FatReport {
  readonly problems: readonly FatProblem[];
  /** Undefined when the boot sector is too damaged for anything else to be found. */
  readonly summary: FatSummary | undefined;
}
