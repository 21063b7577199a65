import { verifyFat } from '../../formats/fat/check/checker.js';
import type { FatSummary } from '../../formats/fat/check/checker.js';
import { escapeName } from '../../formats/escaped-name.js';
import { openVolume } from '../../formats/fat/reader/volume.js';
import type { RandomAccess } from '../../image/random-access.js';
import type { Finding, Findings } from '../../formats/findings.js';
import type { VerifiedModel } from '../models/model.js';
import { checkFatModels } from './models.js';
import type { FatModelsOptions } from './models.js';
import { fatTree } from './tree.js';

export interface FatVerification {
  readonly kind: 'fat';
  /** What was not checked, and why. */
  readonly notes: readonly string[];
  /** Undefined when the boot sector is too damaged. */
  readonly structure: FatSummary | undefined;
  readonly models: readonly VerifiedModel[];
}

/**
 * Verifies a FAT volume: its structure, both copies of the FAT among it, and that the models on it are
 * whole. Contents have no checksums, and no other implementation reads them again.
 */
export async function verifyFatContents(
  source: RandomAccess,
  findings: Findings,
  { signal, ggufPartitions }: FatModelsOptions,
): Promise<FatVerification> {
  const { problems, warnings, summary } = await verifyFat(source, { signal });
  findings.addReport(
    { problems: problems.map(printable), warnings: warnings.map(printable) },
    summary?.problemCount,
  );
  if (problems.length > 0) {
    const notes = ['the structure is damaged, so no model was checked'];
    return { kind: 'fat', notes, structure: summary, models: [] };
  }
  const tree = fatTree(await openVolume(source));
  const models = await checkFatModels(tree, findings, { signal, ggufPartitions });
  const notes = ['FAT has no checksums, and no second reader read it: contents may have changed'];
  return { kind: 'fat', notes, structure: summary, models };
}

/** Problems have names of files in them, which may be made to look like further lines. */
function printable(finding: Finding): Finding {
  const escape = (text: string): string => escapeName(new TextEncoder().encode(text));
  return { ...finding, where: escape(finding.where), message: escape(finding.message) };
}
