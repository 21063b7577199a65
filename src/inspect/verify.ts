import type { ZosiaError } from '../errors.js';
import { Findings } from '../formats/findings.js';
import type { Finding, Report } from '../formats/findings.js';
import { verifyCpioContents } from './cpio/verify.js';
import type { CpioVerification } from './cpio/verify.js';
import { verifyExt4Contents } from './ext4/verify.js';
import type { Ext4Verification } from './ext4/verify.js';
import type { FatModelsOptions } from './fat/models.js';
import { verifyFatContents } from './fat/verify.js';
import type { FatVerification } from './fat/verify.js';
import type { VerifyOptions } from './verify-options.js';
import { sliceAccess } from '../image/slice-access.js';
import { checkGgufPartitions, ggufPartitions } from './models/gguf-partitions.js';
import type { VerifiedModel } from './models/model.js';
import type { OpenImage } from './open-image.js';
import { partitionsToLookInto } from './partition.js';

export type { VerifyOptions } from './verify-options.js';

/** What was verified: of a file system or an initramfs. */
export type VerifiedContent = Ext4Verification | FatVerification | CpioVerification;

/** Of a disk with several file systems: each of them. */
export interface PartitionsVerification {
  readonly kind: 'partitions';
  /** Those of all partitions, each with its place before it. */
  readonly notes: readonly string[];
  /** Each partition has its own. */
  readonly structure: undefined;
  readonly partitions: readonly (VerifiedContent & { readonly number: number })[];
}

export type Verification = VerifiedImage & (VerifiedContent | PartitionsVerification);

export interface VerifiedImage extends Report {
  readonly path: string;
  /** All problems: no more than 1000 are described. */
  readonly problemCount: number;
  /** Models that are partitions themselves. */
  readonly partitionModels: readonly VerifiedModel[];
}

const VERIFIERS = {
  ext4: verifyExt4Contents,
  fat: verifyFatContents,
  cpio: verifyCpioContents,
} as const;

/**
 * Verifies what an image holds, and its partition table: see `verifyExt4Contents`, `verifyFatContents` and
 * `verifyCpioContents`. Of a disk with several file systems, each is verified, unless the image was opened for one.
 *
 * @throws ZosiaError `ZOSIA_NO_SUCH_PARTITION`, `ZOSIA_EXT4_UNSUPPORTED_FEATURE`, and for what is too large
 * `ZOSIA_CPIO_TOO_LARGE` and `ZOSIA_DECOMPRESSED_TOO_LARGE`. Everything that is wrong is reported, not thrown.
 */
export async function verifyImage(
  image: OpenImage,
  options: VerifyOptions = {},
): Promise<Verification> {
  const { content, path, table } = image;
  const findings = new Findings();
  if (table) findings.addReport(table);
  const checks = { ...options, ggufPartitions: ggufPartitions(image) };
  const verified =
    content.kind === 'partitions'
      ? await verifyPartitions(image, content.problem, findings, checks)
      : await VERIFIERS[content.kind](content.source, findings, checks);
  const partitionModels = await checkGgufPartitions(image, findings, options.signal);
  const { problems, problemCount, warnings } = findings;
  return { path, problems, problemCount, warnings, partitionModels, ...verified };
}

/** @param nothing what is thrown when no partition holds a file system */
async function verifyPartitions(
  { disk, table }: OpenImage,
  nothing: ZosiaError,
  findings: Findings,
  options: VerifyOptions & FatModelsOptions,
): Promise<PartitionsVerification> {
  const partitions: PartitionsVerification['partitions'][number][] = [];
  for (const { number, offset, sizeBytes, fileSystem } of partitionsToLookInto(table)) {
    const own = new Findings();
    const source = sliceAccess(disk, offset, sizeBytes);
    partitions.push({ number, ...(await VERIFIERS[fileSystem](source, own, options)) });
    const placed = (found: Finding): Finding => ({
      ...found,
      where: `partition ${number}, ${found.where}`,
    });
    const report = { problems: own.problems.map(placed), warnings: own.warnings.map(placed) };
    findings.addReport(report, own.problemCount);
  }
  if (partitions.length === 0) throw nothing;
  const notes = partitions.flatMap((each) =>
    each.notes.map((note) => `partition ${each.number}: ${note}`),
  );
  return { kind: 'partitions', notes, structure: undefined, partitions };
}
