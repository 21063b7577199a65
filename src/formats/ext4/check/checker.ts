import { ZosiaError } from '../../../errors.js';
import type { RandomAccess } from '../../../image/random-access.js';
import { SUPERBLOCK_BYTES, SUPERBLOCK_OFFSET } from '../layout/superblock.js';
import { refuseUnreadable } from '../reader/features.js';
import { readSuperblock } from '../reader/open.js';
import type { Ext4Superblock } from '../reader/superblock.js';
import { Volume } from '../reader/volume.js';
import { AttributeBlocks } from './attribute-blocks.js';
import { checkBackups } from './backups.js';
import { checkBitmaps } from './bitmaps.js';
import type { Totals } from './bitmaps.js';
import { BlockClaims, FILE_SYSTEM } from './claims.js';
import { checkConnectivity, checkLinkCounts } from './connectivity.js';
import type { CheckContext } from './context.js';
import { checkDirectories } from './directories.js';
import { checkGroups } from './groups.js';
import { InodeRecords } from './inode-records.js';
import { checkInodes } from './inodes.js';
import { readOrphans } from './orphans.js';
import { QuotaTotals } from './quota-totals.js';
import { checkQuotas } from './quotas.js';
import { Findings, soundSummary } from '../../findings.js';
import type { Ext4Report, Ext4Summary } from './report.js';
import { checkSuperblock } from './superblock.js';
import { ValueInodes } from './value-inodes.js';

export type { Ext4Report, Ext4Summary } from './report.js';

export interface Ext4CheckOptions {
  /** Problems to describe; more are only counted. Default 1000. */
  readonly maxProblems?: number | undefined;
  /** The present, in seconds since 1970: times after it are problems. Default: none is. */
  readonly nowSeconds?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Verifies the whole structure of an ext2, ext3 or ext4 file system: every checksum, every reference,
 * every count, both ways. File contents are not read. Memory follows the number of files and
 * fragments, not of bytes.
 *
 * @throws ZosiaError `ZOSIA_NOT_EXT4`; `ZOSIA_EXT4_UNSUPPORTED_FEATURE` for what cannot be checked.
 * Everything else that is wrong is reported, not thrown.
 */
export async function verifyExt4(
  source: RandomAccess,
  options: Ext4CheckOptions = {},
): Promise<Ext4Report> {
  const findings = new Findings(options.maxProblems);
  const { superblock, featureSet, problems: found } = await readSuperblock(source);
  findings.addAll('superblock', found);
  const isDamaged = found.some(({ code }) => code === 'superblock-checksum');
  // A flipped bit in the features is damage rather than a feature, when the checksum tells.
  if (!isDamaged) refuseUnreadable(featureSet);
  const isUsable = found.every(({ code }) => code === 'superblock-checksum');
  if (!isUsable || isUnreadable(featureSet)) {
    return { problems: findings.problems, warnings: [], summary: undefined };
  }
  const volume = new Volume(source, superblock, false);
  const claims = new BlockClaims();
  const valueInodes = new ValueInodes(volume, findings);
  const orphans = await guarded(findings, () => readOrphans(volume, findings));
  const context: CheckContext = {
    volume,
    superblock,
    findings,
    claims,
    inodes: new InodeRecords(),
    attributeBlocks: new AttributeBlocks(volume, findings, claims, valueInodes),
    valueInodes,
    treeBlocks: new Set(),
    quotas: superblock.quotaInodes.some((inode) => inode !== 0) ? new QuotaTotals() : undefined,
    policies: new Map(),
    unchecked: { foldedNameCount: 0 },
    orphans: orphans ?? new Set(),
    nowSeconds: options.nowSeconds,
    signal: options.signal,
  };
  checkSuperblock(context, await source.read(SUPERBLOCK_OFFSET, SUPERBLOCK_BYTES));
  await guarded(findings, () => checkGroups(context));
  await guarded(findings, () => checkBackups(context));
  await guarded(findings, () => checkInodes(context));
  await guarded(findings, () => checkQuotas(context));
  await guarded(findings, () => checkDirectories(context));
  checkConnectivity(context);
  checkLinkCounts(context);
  const { ranges, collisions } = claims.resolve(superblock.clusterBlockCount);
  const mayShare = superblock.features.has('shared_blocks');
  for (const { start, end, owners } of collisions) {
    // Android's images keep equal blocks once; what is the file system's own is shared by none.
    if (mayShare && !owners.includes(FILE_SYSTEM)) continue;
    const [first, second] = owners.map((owner) =>
      owner === FILE_SYSTEM ? 'the file system itself' : `inode ${owner}`,
    );
    findings.add(
      'block-shared',
      end - start === 1 ? `block ${start}` : `blocks ${start} to ${end - 1}`,
      `${first} and ${second} both use it`,
    );
  }
  const totals = await guarded(findings, () => checkBitmaps(context, ranges));
  if (totals) checkTotals(superblock, totals, findings);
  const { problems, warnings } = findings;
  const summary = totals && summarise(context, totals);
  return { problems, warnings, summary };
}

/**
 * {@link verifyExt4} for whoever asks only whether all is well.
 *
 * @throws ZosiaError `ZOSIA_EXT4_CORRUPT`, and as {@link verifyExt4}
 */
export async function checkExt4(
  source: RandomAccess,
  options: Ext4CheckOptions = {},
): Promise<Ext4Summary> {
  return soundSummary(
    await verifyExt4(source, options),
    'the ext4 file system',
    'ZOSIA_EXT4_CORRUPT',
  );
}

function isUnreadable(featureSet: Parameters<typeof refuseUnreadable>[0]): boolean {
  try {
    refuseUnreadable(featureSet);
    return false;
  } catch {
    return true;
  }
}

/** Runs a part of the check; damage that it cannot get past becomes a problem. */
async function guarded<T>(findings: Findings, part: () => Promise<T>): Promise<T | undefined> {
  try {
    return await part();
  } catch (error) {
    if (!(error instanceof ZosiaError) || error.code !== 'ZOSIA_EXT4_CORRUPT') throw error;
    findings.add('unreadable', 'file system', error.message);
    return undefined;
  }
}

function checkTotals(superblock: Ext4Superblock, totals: Totals, findings: Findings): void {
  const counts: readonly [number, number, string][] = [
    [superblock.freeBlockCount, totals.freeBlockCount, 'blocks'],
    [superblock.freeInodeCount, totals.freeInodeCount, 'inodes'],
  ];
  for (const [stated, counted, what] of counts) {
    findings.expect(
      stated === counted,
      `superblock-free-${what}`,
      'superblock',
      `it says that ${stated} ${what} are free, there are ${counted}`,
    );
  }
}

function summarise(context: CheckContext, totals: Totals): Ext4Summary {
  const { superblock, inodes, findings } = context;
  const types = { files: 0, directories: 0, symlinks: 0, special: 0 };
  for (const { number, type } of inodes.all()) {
    if (inodes.isHidden(number)) continue;
    if (type === 'file') types.files++;
    else if (type === 'directory') types.directories++;
    else if (type === 'symlink') types.symlinks++;
    else types.special++;
  }
  return {
    blockCount: superblock.blockCount,
    usedBlockCount: superblock.blockCount - totals.freeBlockCount,
    blockSizeBytes: superblock.blockSizeBytes,
    groupCount: superblock.groupCount,
    inodeCount: superblock.inodeCount,
    usedInodeCount: superblock.inodeCount - totals.freeInodeCount,
    fileCount: types.files,
    directoryCount: types.directories,
    symlinkCount: types.symlinks,
    specialFileCount: types.special,
    encryptedCount: context.policies.size,
    unhashedNameCount: context.unchecked.foldedNameCount,
    hasChecksums: superblock.checksumSeed !== undefined,
    problemCount: findings.problemCount,
  };
}
