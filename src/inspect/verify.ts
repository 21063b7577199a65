import { ZosiaError } from '../errors.js';
import { Findings } from '../formats/findings.js';
import type { Report } from '../formats/findings.js';
import { verifyExt4 } from './ext4/verify.js';
import type { Ext4Verification } from './ext4/verify.js';
import { verifyFat } from './fat/verify.js';
import type { FatVerification } from './fat/verify.js';
import type { VerifyOptions } from './verify-options.js';
import type { OpenImage } from './open-image.js';

export type { VerifyOptions } from './verify-options.js';

export type Verification = VerifiedImage & (Ext4Verification | FatVerification);

interface VerifiedImage extends Report {
  readonly path: string;
  /** All problems: no more than 1000 are described. */
  readonly problemCount: number;
}

/**
 * Verifies what an image holds, and its partition table: see `verifyExt4` and `verifyFat`.
 *
 * @throws ZosiaError `ZOSIA_VERIFY_UNSUPPORTED` for images of other kinds, `ZOSIA_NO_SUCH_PARTITION`,
 * `ZOSIA_EXT4_UNSUPPORTED_FEATURE`. Everything that is wrong is reported, not thrown.
 */
export async function verifyImage(
  { content, path, table }: OpenImage,
  options: VerifyOptions = {},
): Promise<Verification> {
  if (content.kind === 'partitions') throw content.problem;
  if (content.kind === 'cpio') {
    throw new ZosiaError('ZOSIA_VERIFY_UNSUPPORTED', `${path} is an initramfs`, {
      hint: 'It has no checksums; look into it with `zosia inspect` and `zosia ls -R`.',
    });
  }
  const findings = new Findings();
  if (table) findings.addReport(table);
  const verify = content.kind === 'ext4' ? verifyExt4 : verifyFat;
  const verified = await verify(content.source, findings, options);
  const { problems, problemCount, warnings } = findings;
  return { path, problems, problemCount, warnings, ...verified };
}
