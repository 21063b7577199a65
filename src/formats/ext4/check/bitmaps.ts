import { crc32c } from '../crc32c.js';
import { low16 } from '../fields.js';
import { GROUP_DESCRIPTOR_BYTES } from '../layout/group-descriptor.js';
import type { Ext4Group } from '../reader/group-descriptor.js';
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
 * @param ranges the blocks in use, in order
 */
export async function checkBitmaps(
  context: CheckContext,
  ranges: readonly ClaimedRange[],
): Promise<Totals> {
  const { superblock } = context;
  const totals = { freeBlockCount: 0, freeInodeCount: 0 };
  const usedInodes = inodesByGroup(context);
  let firstRange = 0;
  for (let number = 0; number < superblock.groupCount; number++) {
    context.signal?.throwIfAborted();
    const group = await readGroup(context, number);
    const end = group.firstBlock + group.blockCount;
    while (firstRange < ranges.length && ranges[firstRange]!.end <= group.firstBlock) firstRange++;
    const inGroup: ClaimedRange[] = [];
    for (let i = firstRange; i < ranges.length && ranges[i]!.start < end; i++) {
      inGroup.push({
        start: Math.max(ranges[i]!.start, group.firstBlock) - group.firstBlock,
        end: Math.min(ranges[i]!.end, end) - group.firstBlock,
      });
    }
    totals.freeBlockCount += await checkBlockBitmap(context, group, inGroup);
    totals.freeInodeCount += await checkInodeBitmap(context, group, usedInodes);
  }
  return totals;
}

async function checkBlockBitmap(
  context: CheckContext,
  group: Ext4Group,
  used: readonly ClaimedRange[],
): Promise<number> {
  const { superblock, findings, volume } = context;
  const { blockSizeBytes, blocksPerGroup } = superblock;
  const where = `block bitmap of group ${group.number}`;
  const usedCount = used.reduce((sum, { start, end }) => sum + end - start, 0);
  const freeCount = group.blockCount - usedCount;
  findings.expect(
    group.freeBlockCount === freeCount,
    'group-free-blocks',
    `group ${group.number}`,
    `it says that ${group.freeBlockCount} blocks are free, there are ${freeCount}`,
  );
  if (!isUsable(context, group)) return freeCount;
  if (group.blocksUninitialised) {
    findings.expect(
      usedCount === metadataBlockCount(context, group),
      'bitmap-uninitialised',
      where,
      'blocks are in use, but the descriptor says that it was never written',
    );
    return freeCount;
  }
  const bitmap = await volume.readBlock(group.blockBitmapBlock, where);
  checkBitmapChecksum(
    context,
    bitmap.subarray(0, blocksPerGroup / 8),
    group.blockBitmapChecksum,
    where,
  );
  const expected = new Uint8Array(blockSizeBytes);
  for (const { start, end } of used) setBits(expected, start, end);
  compare(context, bitmap, expected, group.blockCount, where, group.firstBlock, 'block');
  checkPadding(context, bitmap, group.blockCount, where);
  return freeCount;
}

/** Blocks of a group that its own metadata take: those of others cannot lie in a group never written. */
function metadataBlockCount(context: CheckContext, group: Ext4Group): number {
  const end = group.firstBlock + group.blockCount;
  return [...copiesIn(context, group.number), ...ownStructures(group)].reduce(
    (sum, { block, blockCount }) =>
      sum + Math.max(0, Math.min(block + blockCount, end) - Math.max(block, group.firstBlock)),
    0,
  );
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
  group: Ext4Group,
  usedInodes: ReadonlyMap<number, GroupInodes>,
): Promise<number> {
  const { superblock, findings, volume } = context;
  const { inodesPerGroup, blockSizeBytes } = superblock;
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
  checkBitmapChecksum(context, covered, group.inodeBitmapChecksum, where);
  const expected = new Uint8Array(blockSizeBytes);
  for (const number of used) setBits(expected, number - first, number - first + 1);
  compare(context, bitmap, expected, inodesPerGroup, where, first, 'inode');
  checkPadding(context, bitmap, inodesPerGroup, where);
  return freeCount;
}

/** Short descriptors hold only the lower half of the checksum. */
function checkBitmapChecksum(
  { superblock, findings }: CheckContext,
  covered: Uint8Array,
  stored: number | undefined,
  where: string,
): void {
  const { checksumSeed, descriptorSizeBytes } = superblock;
  if (checksumSeed === undefined || stored === undefined) return;
  const checksum = crc32c(checksumSeed, covered);
  const expected = descriptorSizeBytes >= GROUP_DESCRIPTOR_BYTES ? checksum : low16(checksum);
  findings.expect(
    stored === expected,
    'bitmap-checksum',
    where,
    'its checksum does not match its contents',
  );
}

/** Reports each run of bits that differ, up to `count`. */
function compare(
  { findings }: CheckContext,
  bitmap: Uint8Array,
  expected: Uint8Array,
  count: number,
  where: string,
  firstNumber: number,
  what: string,
): void {
  const bytes = Math.ceil(count / 8);
  if (Buffer.compare(bitmap.subarray(0, bytes), expected.subarray(0, bytes)) === 0) return;
  const isSet = (bits: Uint8Array, i: number): boolean => (bits[i >> 3]! & (1 << (i & 7))) !== 0;
  for (let i = 0; i < count;) {
    const marked = isSet(bitmap, i);
    if (marked === isSet(expected, i)) {
      i++;
      continue;
    }
    let end = i + 1;
    while (end < count && isSet(bitmap, end) === marked && isSet(expected, end) !== marked) end++;
    const range =
      end - i === 1
        ? `${what} ${firstNumber + i}`
        : `${what}s ${firstNumber + i} to ${firstNumber + end - 1}`;
    findings.add(
      marked ? 'bitmap-leaked' : 'bitmap-unmarked',
      where,
      marked ? `marks ${range}, which nothing uses` : `does not mark ${range}, which is in use`,
    );
    i = end;
  }
}

/** Behind the last block or inode of the group all bits are set. */
function checkPadding(
  { findings }: CheckContext,
  bitmap: Uint8Array,
  count: number,
  where: string,
): void {
  const padding = new Uint8Array(bitmap.length);
  setBits(padding, count, bitmap.length * 8);
  const isSet = padding.every((bits, i) => (bitmap[i]! & bits) === bits);
  findings.expect(isSet, 'bitmap-padding', where, 'bits behind its end are not set');
}

function setBits(bitmap: Uint8Array, from: number, to: number): void {
  let bit = from;
  for (; bit < to && (bit & 7) !== 0; bit++) bitmap[bit >> 3]! |= 1 << (bit & 7);
  const wholeEnd = Math.max(bit, to & ~7);
  bitmap.fill(0xff, bit >> 3, wholeEnd >> 3);
  for (bit = wholeEnd; bit < to; bit++) bitmap[bit >> 3]! |= 1 << (bit & 7);
}
