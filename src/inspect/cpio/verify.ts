import { verifyAndUnpackCpio } from '../../formats/cpio/check/checker.js';
import type { CpioSummary } from '../../formats/cpio/check/checker.js';
import type { RandomAccess } from '../../image/random-access.js';
import type { Findings } from '../../formats/findings.js';
import type { VerifyOptions } from '../verify-options.js';
import { checkGgufModels, GgufNodes } from '../models/gguf.js';
import type { VerifiedModel } from '../models/model.js';
import { SecondReader } from './second-reader.js';
import type { CpioComparison } from './second-reader.js';
import { treeOf } from './tree.js';

export interface CpioVerification {
  readonly kind: 'cpio';
  /** What was not checked, and why. */
  readonly notes: readonly string[];
  readonly structure: CpioSummary;
  /** What cpio-stream read as well; undefined: the structure is damaged. */
  readonly secondReader: CpioComparison | undefined;
  readonly models: readonly VerifiedModel[];
}

/** Nothing of it is kept, and no machine boots more: this bounds the time that forged data take. */
const MAX_UNPACKED_BYTES = 2 ** 32;

/**
 * Verifies an initramfs: that the kernel unpacks all of it into what the archives say; with an independent
 * implementation (cpio-stream), that names, headers and contents read the same; and that the models in it
 * are whole. It is unpacked once, and never in memory as a whole.
 *
 * @throws ZosiaError `ZOSIA_CPIO_TOO_LARGE`, `ZOSIA_DECOMPRESSED_TOO_LARGE`
 */
export async function verifyCpioContents(
  source: RandomAccess,
  findings: Findings,
  { signal }: VerifyOptions,
): Promise<CpioVerification> {
  const secondReader = new SecondReader();
  const options = { maxBytes: MAX_UNPACKED_BYTES, observer: secondReader, signal };
  const { problems, warnings, summary, initramfs } = await verifyAndUnpackCpio(source, options);
  findings.addReport({ problems, warnings }, summary.problemCount);
  const verified = { kind: 'cpio', structure: summary } as const;
  if (problems.length > 0) {
    const notes = [
      'the structure is damaged, so what the second reader made of it was not compared, and no model checked',
    ];
    return { ...verified, notes, secondReader: undefined, models: [] };
  }
  findings.addReport(secondReader.differences, secondReader.differences.problemCount);
  const { comparison } = secondReader;
  const ggufs = await GgufNodes.of(treeOf(initramfs, source), signal);
  const models = await checkGgufModels(ggufs, findings, signal);
  return { ...verified, notes: notesOf(summary, comparison), secondReader: comparison, models };
}

function notesOf(summary: CpioSummary, comparison: CpioComparison): string[] {
  const notes: string[] = [];
  if (summary.unsummedCount > 0) {
    notes.push(
      `${summary.unsummedCount} of the files have no checksum: their contents may have changed`,
    );
  }
  if (comparison.partlyComparedNameCount > 0) {
    notes.push(
      `the second reader takes names for ASCII: those that are not were compared in part (${comparison.partlyComparedNameCount} of them)`,
    );
  }
  return notes;
}
