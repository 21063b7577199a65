import { low16 } from '../../fields.js';
import { GROUP_DESCRIPTOR_BYTES } from '../layout/group-descriptor.js';
import type { Ext4Group } from '../reader/group-descriptor.js';
import type { Ext4Superblock } from '../reader/superblock.js';
import { BitmapComparison } from './bitmap.js';
import { BlockClaims, FILE_SYSTEM } from './claims.js';
import type { ClaimedRange } from './claims.js';
import type { CheckContext } from './context.js';
import { copiesIn, isUsable, ownStructures, readGroup } from './groups.js';
import { isReserved } from './inodes.js';

/** What the groups come to. */
export interface Totals {
  readonly freeBlockCount: number;
  readonly freeInodeCount: number;
}

/**
 * Compares the bitmaps of every group with what is really used, and the counts with the bitmaps. Goes
 * group by group and keeps one bitmap at a time.
 *
 * @param ranges the clusters in use, in order; without bigalloc each is a block
 */
export async function checkBitmaps(
  context: CheckContext,
  ranges: readonly ClaimedRange[],
): Promise<Totals> {
  const { superblock, findings } = context;
  const totals = { freeBlockCount: 0, freeInodeCount: 0 };
  const usedInodes = inodesByGroup(context);
  const compare = (): BitmapComparison =>
    new BitmapComparison(findings, superblock.checksumSeed ?? 0, superblock.blockSizeBytes);
  const [blocks, inodes] = [compare(), compare()];
  let firstRange = 0;
  for (let number = 0; number < superblock.groupCount; number++) {
    context.signal?.throwIfAborted();
    const group = await readGroup(context, number);
    const { start, end } = clustersOf(group, superblock);
    while (firstRange < ranges.length && ranges[firstRange]!.end <= start) firstRange++;
    const inGroup: ClaimedRange[] = [];
    for (let i = firstRange; i < ranges.length && ranges[i]!.start < end; i++) {
      inGroup.push({
        start: Math.max(ranges[i]!.start, start) - start,
        end: Math.min(ranges[i]!.end, end) - start,
      });
    }
    totals.freeBlockCount +=
      superblock.clusterBlockCount * (await checkBlockBitmap(context, blocks, group, inGroup));
    totals.freeInodeCount += await checkInodeBitmap(context, inodes, group, usedInodes);
  }
  return totals;
}

/** The clusters of a group; without bigalloc each is a block. */
function clustersOf(
  { firstBlock, blockCount }: Ext4Group,
  { clusterBlockCount }: Ext4Superblock,
): ClaimedRange {
  const end = firstBlock + blockCount;
  return { start: firstBlock / clusterBlockCount, end: Math.ceil(end / clusterBlockCount) };
}

/** Returns how many clusters of the group are free. */
async function checkBlockBitmap(
  context: CheckContext,
  comparison: BitmapComparison,
  group: Ext4Group,
  used: readonly ClaimedRange[],
): Promise<number> {
  const { superblock, findings, volume } = context;
  const where = `block bitmap of group ${group.number}`;
  const usedCount = used.reduce((sum, { start, end }) => sum + end - start, 0);
  const what = superblock.clusterBlockCount > 1 ? 'cluster' : 'block';
  const { start, end } = clustersOf(group, superblock);
  const freeCount = end - start - usedCount;
  findings.expect(
    group.freeBlockCount === freeCount,
    'group-free-blocks',
    `group ${group.number}`,
    `it says that ${group.freeBlockCount} ${what}s are free, there are ${freeCount}`,
  );
  if (!isUsable(context, group)) return freeCount;
  if (group.blocksUninitialised) {
    findings.expect(
      usedCount === metadataClusterCount(context, group),
      'bitmap-uninitialised',
      where,
      'blocks are in use, but the descriptor says that it was never written',
    );
    return freeCount;
  }
  const bitmap = await volume.readBlock(group.blockBitmapBlock, where);
  const covered = bitmap.subarray(0, superblock.clustersPerGroup / 8);
  checkBitmapChecksum(context, comparison, covered, group.blockBitmapChecksum, where);
  comparison.compare(bitmap, used, {
    where,
    what,
    firstNumber: start,
    count: end - start,
  });
  return freeCount;
}

/** Clusters of a group that its own metadata take: those of others cannot lie in a group never written. */
function metadataClusterCount(context: CheckContext, group: Ext4Group): number {
  const claims = new BlockClaims();
  const end = group.firstBlock + group.blockCount;
  for (const run of [...copiesIn(context, group.number), ...ownStructures(group)]) {
    const first = Math.max(run.block, group.firstBlock);
    const last = Math.min(run.block + run.blockCount, end);
    if (last > first) claims.add(first, last - first, FILE_SYSTEM);
  }
  const { ranges } = claims.resolve(context.superblock.clusterBlockCount);
  return ranges.reduce((sum, range) => sum + range.end - range.start, 0);
}

interface GroupInodes {
  /** Positions in the group, in order. */
  readonly used: number[];
  directoryCount: number;
}

/** The inodes in use by group; groups without any are left out. */
function inodesByGroup(context: CheckContext): ReadonlyMap<number, GroupInodes> {
  const { superblock, inodes } = context;
  const groups = new Map<number, GroupInodes>();
  const groupOf = (number: number): GroupInodes => {
    const index = Math.floor((number - 1) / superblock.inodesPerGroup);
    let group = groups.get(index);
    if (!group) groups.set(index, (group = { used: [], directoryCount: 0 }));
    return group;
  };
  for (let number = 1; number < superblock.firstInode; number++) {
    if (isReserved(context, number)) groupOf(number).used.push(number);
  }
  for (const { number, type } of inodes.all()) {
    const group = groupOf(number);
    if (!isReserved(context, number)) group.used.push(number);
    if (type === 'directory') group.directoryCount++;
  }
  return groups;
}

async function checkInodeBitmap(
  context: CheckContext,
  comparison: BitmapComparison,
  group: Ext4Group,
  usedInodes: ReadonlyMap<number, GroupInodes>,
): Promise<number> {
  const { superblock, findings, volume } = context;
  const { inodesPerGroup } = superblock;
  const where = `inode bitmap of group ${group.number}`;
  const { used, directoryCount } = usedInodes.get(group.number) ?? { used: [], directoryCount: 0 };
  const first = group.number * inodesPerGroup + 1;
  const freeCount = inodesPerGroup - used.length;
  const expectCount = (stated: number, counted: number, code: string, what: string): void => {
    findings.expect(
      stated === counted,
      code,
      `group ${group.number}`,
      `it says that ${stated} ${what}, there are ${counted}`,
    );
  };
  expectCount(group.freeInodeCount, freeCount, 'group-free-inodes', 'inodes are free');
  expectCount(group.directoryCount, directoryCount, 'group-directories', 'inodes are directories');
  if (!isUsable(context, group)) return freeCount;
  if (group.inodesUninitialised) {
    findings.expect(
      used.length === 0,
      'bitmap-uninitialised',
      where,
      'inodes are in use, but the descriptor says that it was never written',
    );
    return freeCount;
  }
  const bitmap = await volume.readBlock(group.inodeBitmapBlock, where);
  const covered = bitmap.subarray(0, inodesPerGroup / 8);
  checkBitmapChecksum(context, comparison, covered, group.inodeBitmapChecksum, where);
  const ranges = used.map((number) => ({ start: number - first, end: number - first + 1 }));
  comparison.compare(bitmap, ranges, {
    where,
    what: 'inode',
    firstNumber: first,
    count: inodesPerGroup,
  });
  return freeCount;
}

/** Short descriptors hold only the lower half of the checksum. */
function checkBitmapChecksum(
  { superblock, findings }: CheckContext,
  comparison: BitmapComparison,
  covered: Uint8Array,
  stored: number | undefined,
  where: string,
): void {
  if (stored === undefined) return;
  const checksum = comparison.checksum(covered);
  const isShort = superblock.descriptorSizeBytes < GROUP_DESCRIPTOR_BYTES;
  findings.expect(
    stored === (isShort ? low16(checksum) : checksum),
    'bitmap-checksum',
    where,
    'its checksum does not match its contents',
  );
}
