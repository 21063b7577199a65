import { Findings } from '../formats/findings.js';
import type { Report } from '../formats/findings.js';
import { verifyCpio } from './cpio/verify.js';
import type { CpioVerification } from './cpio/verify.js';
import { verifyExt4 } from './ext4/verify.js';
import type { Ext4Verification } from './ext4/verify.js';
import { verifyFat } from './fat/verify.js';
import type { FatVerification } from './fat/verify.js';
import type { VerifyOptions } from './verify-options.js';
import type { OpenImage } from './open-image.js';

export type { VerifyOptions } from './verify-options.js';

export type Verification = VerifiedImage & (Ext4Verification | FatVerification | CpioVerification);

interface VerifiedImage extends Report {
  readonly path: string;
  /** All problems: no more than 1000 are described. */
  readonly problemCount: number;
}

const VERIFIERS = { ext4: verifyExt4, fat: verifyFat, cpio: verifyCpio } as const;

/**
 * Verifies what an image holds, and its partition table: see `verifyExt4`, `verifyFat` and `verifyCpio`.
 *
 * @throws ZosiaError `ZOSIA_NO_SUCH_PARTITION`, `ZOSIA_EXT4_UNSUPPORTED_FEATURE`, and for what is too large
 * `ZOSIA_CPIO_TOO_LARGE` and `ZOSIA_DECOMPRESSED_TOO_LARGE`. Everything that is wrong is reported, not thrown.
 */
export async function verifyImage(
  { content, path, table }: OpenImage,
  options: VerifyOptions = {},
): Promise<Verification> {
  if (content.kind === 'partitions') throw content.problem;
  const findings = new Findings();
  if (table) findings.addReport(table);
  const verified = await VERIFIERS[content.kind](content.source, findings, options);
  const { problems, problemCount, warnings } = findings;
  return { path, problems, problemCount, warnings, ...verified };
}
