import type { ZosiaError } from '../../../errors.js';
import type { RandomAccess } from '../../../image/random-access.js';
import { DEFAULT_MAX_PROBLEMS, Findings, soundSummary } from '../../findings.js';
import { CorruptCpioError } from '../corrupt.js';
import type { CpioObserver } from '../observer.js';
import { unpackCpio } from '../root/unpack.js';
import type { UnpackedInitramfs, UnpackOptions } from '../root/unpack.js';
import { countFiles } from './count.js';
import { MemberCheck } from './members.js';
import type { CpioReport, CpioSummary, UnpackedCpioReport } from './report.js';
import { locate } from './trailers.js';

export type { CpioReport, CpioSummary } from './report.js';

export interface CpioCheckOptions extends Pick<UnpackOptions, 'maxBytes' | 'signal'> {
  /** Problems to describe; more are only counted. Default 1000. */
  readonly maxProblems?: number | undefined;
  /** Is shown what is stored as well, after it was checked. */
  readonly observer?: CpioObserver | undefined;
}

/**
 * Verifies an initramfs from its first byte to its last. A problem is what stops the kernel, what it leaves
 * out, and what it makes into something else than the archive says; a warning is what is odd to it or to
 * other programs, and unpacked all the same. Contents are read, for the sake of checksums.
 *
 * @throws ZosiaError `ZOSIA_CPIO_TOO_LARGE`, `ZOSIA_DECOMPRESSED_TOO_LARGE`. Everything else that is wrong
 * is reported, not thrown.
 */
export async function verifyCpio(
  source: RandomAccess,
  options: CpioCheckOptions = {},
): Promise<CpioReport> {
  const { problems, warnings, summary } = await verifyAndUnpackCpio(source, options);
  return { problems, warnings, summary };
}

/**
 * {@link verifyCpio} for whoever asks only whether all is well.
 *
 * @throws ZosiaError `ZOSIA_CPIO_CORRUPT`, and as {@link verifyCpio}
 */
export async function checkCpio(
  source: RandomAccess,
  options: CpioCheckOptions = {},
): Promise<CpioSummary> {
  return soundSummary(await verifyCpio(source, options), 'the initramfs', 'ZOSIA_CPIO_CORRUPT');
}

/** {@link verifyCpio} for whoever goes on with what was unpacked. */
export async function verifyAndUnpackCpio(
  source: RandomAccess,
  options: CpioCheckOptions = {},
): Promise<UnpackedCpioReport> {
  const { maxProblems = DEFAULT_MAX_PROBLEMS, maxBytes, signal, observer } = options;
  const findings = new Findings(maxProblems);
  const members = new MemberCheck(findings, observer);
  const initramfs = await unpackCpio(source, {
    maxBytes,
    signal,
    observer: members,
    skipped: findings,
    onRepeated: ({ path, type }) => {
      const message = `a second member of the archive for this name (${type}): the later one counts`;
      findings.warn('duplicate', path, message);
    },
  });
  const { damage, parts } = initramfs;
  if (damage?.code === 'ZOSIA_DECOMPRESSED_TOO_LARGE') throw damage;
  members.finish(damage !== undefined);
  if (damage) addDamage(damage, initramfs, findings);
  return {
    problems: findings.problems,
    warnings: findings.warnings,
    summary: {
      partCount: parts.length,
      archiveCount: initramfs.archiveCount,
      memberCount: initramfs.memberCount,
      ...countFiles(initramfs.unpacked),
      unsummedCount: members.unsummedCount,
      unpackedBytes: parts.reduce((sum, { unpackedBytes }) => sum + unpackedBytes, 0),
      problemCount: findings.problemCount,
    },
    initramfs,
  };
}

const UNSUPPORTED: readonly string[] = ['ZOSIA_COMPRESSION_UNSUPPORTED', 'ZOSIA_XZ_UNSUPPORTED'];

/** What stops the kernel, or zosia where it knows less. */
function addDamage(damage: ZosiaError, { parts }: UnpackedInitramfs, findings: Findings): void {
  if (damage instanceof CorruptCpioError) {
    const { part, offset, found } = damage;
    const where = part ? locate(part, offset) : `byte ${offset}`;
    findings.add(found.code, where, `${found.message}: the kernel stops there`);
  } else if (UNSUPPORTED.includes(damage.code)) {
    const message = `${damage.message}: neither it nor what is behind it was checked`;
    findings.add('compression-unsupported', 'the initramfs', message);
  } else {
    findings.add('compressed-data', locate(parts.at(-1)!), damage.message);
  }
}
