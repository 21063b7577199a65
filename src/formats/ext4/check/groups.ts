import { readNumber } from '../../fields.js';
import { crc32c } from '../crc32c.js';
import { GROUP_DESCRIPTOR, GROUP_FLAGS } from '../layout/group-descriptor.js';
import { PROTECTION_BLOCK, PROTECTION_MAGIC } from '../layout/protection.js';
import {
  copyStart,
  descriptorChecksumFindings,
  descriptorPlaceFindings,
  hasGroupFlags,
  parseGroupDescriptor,
} from '../reader/group-descriptor.js';
import type { Ext4Group } from '../reader/group-descriptor.js';
import { hasBackup } from '../reader/superblock.js';
import { FILE_SYSTEM } from './claims.js';
import type { CheckContext } from './context.js';

/** Blocks in a row. */
export interface BlockRun {
  readonly block: number;
  readonly blockCount: number;
}

/** A group's descriptor; what it says may be wrong. */
export async function readGroup(context: CheckContext, number: number): Promise<Ext4Group> {
  const { bytes, base } = await context.volume.readDescriptor(number);
  return parseGroupDescriptor(bytes, base, number, context.superblock);
}

/** Whether all that a descriptor points to lies in the file system. */
export function isUsable(context: CheckContext, group: Ext4Group): boolean {
  return descriptorPlaceFindings(group, context.superblock).length === 0;
}

/** The block in which hosts announce that they use the file system (mmp). */
async function checkProtectionBlock(context: CheckContext): Promise<void> {
  const { superblock, claims, findings, volume } = context;
  const block = superblock.protectionBlock;
  if (block === 0) return;
  const where = `multi-mount protection, block ${block}`;
  if (!volume.contains(block)) {
    findings.add('mmp', where, 'it lies outside of the file system');
    return;
  }
  claims.add(block, 1, FILE_SYSTEM);
  const bytes = await volume.readBlock(block, where);
  if (readNumber(PROTECTION_BLOCK.magic, bytes) !== PROTECTION_MAGIC) {
    findings.add('mmp', where, 'it has no magic number');
    return;
  }
  const { checksumSeed } = superblock;
  if (checksumSeed === undefined) return;
  const covered = bytes.subarray(0, PROTECTION_BLOCK.checksum.offset);
  findings.expect(
    readNumber(PROTECTION_BLOCK.checksum, bytes) === crc32c(checksumSeed, covered),
    'mmp',
    where,
    'its checksum does not match its contents',
  );
}

/** Checks every descriptor, and claims what belongs to groups rather than to files. */
export async function checkGroups(context: CheckContext): Promise<void> {
  const { superblock, findings, claims, volume } = context;
  await checkProtectionBlock(context);
  for (let number = 0; number < superblock.groupCount; number++) {
    context.signal?.throwIfAborted();
    const where = `group ${number}`;
    const { bytes, base } = await volume.readDescriptor(number);
    findings.addAll(where, descriptorChecksumFindings(bytes, base, number, superblock));
    const group = parseGroupDescriptor(bytes, base, number, superblock);
    const places = descriptorPlaceFindings(group, superblock);
    findings.addAll(where, places);
    for (const run of copiesIn(context, number)) claims.add(run.block, run.blockCount, FILE_SYSTEM);
    checkUninitialised(context, group, bytes, base, where);
    if (places.length > 0) continue;
    checkStaysInGroup(context, group, where);
    for (const run of ownStructures(group)) claims.add(run.block, run.blockCount, FILE_SYSTEM);
  }
}

/** The bitmaps and the inode table that a descriptor points to. */
export function ownStructures(group: Ext4Group): readonly BlockRun[] {
  return [
    { block: group.blockBitmapBlock, blockCount: 1 },
    { block: group.inodeBitmapBlock, blockCount: 1 },
    { block: group.inodeTableBlock, blockCount: group.inodeTableBlockCount },
  ];
}

/**
 * The superblock and the descriptors in a group, or their copies, with what is reserved behind them.
 * With meta_bg, every meta group keeps its descriptors in its first, second and last group instead.
 */
export function copiesIn(context: CheckContext, group: number): readonly BlockRun[] {
  const { superblock } = context;
  const { features, firstMetaGroup, groupCount, blockSizeBytes, descriptorSizeBytes } = superblock;
  const start = copyStart(superblock, group);
  const perBlock = blockSizeBytes / descriptorSizeBytes;
  const isBackup = hasBackup(superblock, group);
  const runs: BlockRun[] = isBackup ? [{ block: start, blockCount: 1 }] : [];
  const descriptorsStart = start + (isBackup ? 1 : 0);
  const metaGroup = Math.floor(group / perBlock);
  if (features.has('meta_bg') && metaGroup >= firstMetaGroup) {
    const inMetaGroup = group % perBlock;
    const holds = inMetaGroup <= 1 || inMetaGroup === perBlock - 1;
    return holds ? [...runs, { block: descriptorsStart, blockCount: 1 }] : runs;
  }
  if (!isBackup) return runs;
  const all = Math.ceil(groupCount / perBlock);
  const blockCount =
    (features.has('meta_bg') ? Math.min(all, firstMetaGroup) : all) +
    superblock.reservedDescriptorBlockCount;
  return [...runs, { block: descriptorsStart, blockCount }];
}

/** Without flex_bg, a group's structures lie in the group. */
function checkStaysInGroup(context: CheckContext, group: Ext4Group, where: string): void {
  if (context.superblock.features.has('flex_bg')) return;
  const end = group.firstBlock + group.blockCount;
  for (const { block, blockCount } of ownStructures(group)) {
    context.findings.expect(
      block >= group.firstBlock && block + blockCount <= end,
      'descriptor-place',
      where,
      `block ${block} of its metadata lies in another group`,
    );
  }
}

/** What was never written: only with checksums of descriptors do they say so. */
function checkUninitialised(
  context: CheckContext,
  group: Ext4Group,
  bytes: Uint8Array,
  base: number,
  where: string,
): void {
  const { findings, superblock } = context;
  findings.expect(
    group.unusedInodeCount <= superblock.inodesPerGroup,
    'group-unused-inodes',
    where,
    `${group.unusedInodeCount} of ${superblock.inodesPerGroup} inodes were never used`,
  );
  if (hasGroupFlags(superblock)) return;
  const flags = readNumber(GROUP_DESCRIPTOR.flags, bytes, base);
  const { inodesUninitialised, blocksUninitialised } = GROUP_FLAGS;
  findings.expect(
    (flags & (inodesUninitialised | blocksUninitialised)) === 0 &&
      readNumber(GROUP_DESCRIPTOR.unusedInodesLow, bytes, base) === 0,
    'group-flags',
    where,
    'it says that parts of it were never written, which needs checksums',
  );
}
