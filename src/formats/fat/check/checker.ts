import { DEFAULT_MAX_PROBLEMS, Findings, soundSummary } from '../../findings.js';
import type { RandomAccess } from '../../../image/random-access.js';
import { FatTable } from '../reader/table.js';
import { readBootSector } from '../reader/volume.js';
import { checkBootSector, checkFsInfo } from './boot-sector.js';
import { ClusterClaims } from './claims.js';
import type { CheckContext } from './context.js';
import type { FatReport, FatSummary } from './report.js';
import { checkCopies, checkFirstEntries, checkUse } from './tables.js';
import { checkTree, reportCrossLinks } from './tree.js';

export type { FatReport, FatSummary } from './report.js';

export interface FatCheckOptions {
  /** Problems to describe; more are only counted. Default 1000. */
  readonly maxProblems?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Verifies the whole structure of a FAT volume: both FATs, every chain against the size of its file, every
 * name and every count. File contents are not read.
 *
 * @throws ZosiaError `ZOSIA_NOT_FAT`. Everything else that is wrong is reported, not thrown.
 */
export async function verifyFat(
  source: RandomAccess,
  options: FatCheckOptions = {},
): Promise<FatReport> {
  const { maxProblems = DEFAULT_MAX_PROBLEMS, signal } = options;
  const findings = new Findings(maxProblems);
  const { bootSector, problems } = await readBootSector(source);
  findings.addAll('boot sector', problems);
  if (problems.length > 0) return { problems: findings.problems, warnings: [], summary: undefined };
  const { type, clusterCount, clusterSizeBytes } = bootSector;
  const context: CheckContext = {
    volume: { source, bootSector, table: new FatTable(source, bootSector) },
    findings,
    claims: new ClusterClaims(clusterCount),
    crossLinks: [],
    maxProblems,
    signal,
  };
  await checkBootSector(context);
  await checkFirstEntries(context);
  await checkCopies(context);
  const { fileCount, directoryCount } = await checkTree(context);
  reportCrossLinks(context);
  const { freeClusterCount, badClusterCount } = await checkUse(context);
  await checkFsInfo(context, freeClusterCount);
  return {
    problems: findings.problems,
    warnings: findings.warnings,
    summary: {
      type,
      clusterCount,
      clusterSizeBytes,
      badClusterCount,
      fileCount,
      directoryCount,
      usedClusterCount: clusterCount - freeClusterCount - badClusterCount,
      problemCount: findings.problemCount,
    },
  };
}

/**
 * {@link verifyFat} for whoever asks only whether all is well.
 *
 * @throws ZosiaError `ZOSIA_FAT_CORRUPT`, `ZOSIA_NOT_FAT`
 */
export async function checkFat(
  source: RandomAccess,
  options: FatCheckOptions = {},
): Promise<FatSummary> {
  return soundSummary(await verifyFat(source, options), 'the FAT volume', 'ZOSIA_FAT_CORRUPT');
}
