import type { Report } from '../../findings.js';
import type { FatType } from '../layout/table.js';

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

export interface FatReport extends Report {
  /** Undefined when the boot sector is too damaged for anything else to be found. */
  readonly summary: FatSummary | undefined;
}
