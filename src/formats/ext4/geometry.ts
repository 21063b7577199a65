import { ZosiaError } from '../../errors.js';
import { GROUP_DESCRIPTOR_BYTES } from './layout/group-descriptor.js';
import { INODE_BYTES } from './layout/inode.js';
import { SUPERBLOCK_OFFSET } from './layout/superblock.js';

/**
 * How the file system is divided, and where its metadata lies. Everything that every group needs lies
 * at the front (flex_bg), so that file data is one run, whatever its size:
 *
 *     superblock | descriptors | block bitmaps | inode bitmaps | inode tables | contents ...
 */
export interface Geometry {
  readonly blockSizeBytes: number;
  readonly blockCount: number;
  /** Block that holds the superblock, and where group 0 starts. */
  readonly firstDataBlock: number;
  readonly blocksPerGroup: number;
  readonly groupCount: number;
  readonly inodesPerGroup: number;
  readonly inodeTableBlocksPerGroup: number;
  /** First block of the group descriptors. */
  readonly descriptorsBlock: number;
  readonly descriptorBlockCount: number;
  /** Block bitmap of group 0; the other groups' follow. */
  readonly blockBitmapsBlock: number;
  readonly inodeBitmapsBlock: number;
  readonly inodeTablesBlock: number;
  /** First block after all of that. */
  readonly contentsBlock: number;
}

export interface Demand {
  readonly blockSizeBytes: number;
  /** Inodes in use, reserved ones counted. */
  readonly inodeCount: number;
  /** Blocks of file data, directories, extent nodes and everything else that is not per group. */
  readonly contentBlockCount: number;
  readonly extraBytes?: number | undefined;
  readonly sizeBytes?: number | undefined;
}

/** In free space, one inode for so many bytes: what mke2fs provides for ordinary use. */
const BYTES_PER_SPARE_INODE = 16_384;

/** The first block of a group. */
export function groupStart(geometry: Geometry, group: number): number {
  return geometry.firstDataBlock + group * geometry.blocksPerGroup;
}

/** Blocks of a group; only the last one may have fewer than the others. */
export function groupBlockCount(geometry: Geometry, group: number): number {
  const start = groupStart(geometry, group);
  return Math.min(geometry.blocksPerGroup, geometry.blockCount - start);
}

/** Blocks that a copy of the superblock and of the descriptors takes. */
export function backupBlockCount(geometry: Geometry): number {
  return 1 + geometry.descriptorBlockCount;
}

/**
 * The group that gets a backup of the superblock and of the descriptors: the last one, if nothing
 * else is in it, so that a backup is never in the way of data. Else 0: there is none.
 */
export function backupGroup(geometry: Geometry, freeBlock: number): number {
  const last = geometry.groupCount - 1;
  const fits = backupBlockCount(geometry) <= groupBlockCount(geometry, last);
  return fits && freeBlock <= groupStart(geometry, last) ? last : 0;
}

/**
 * Finds the smallest file system for a demand, or the one of the size asked for.
 *
 * @throws ZosiaError `ZOSIA_EXT4_IMAGE_TOO_SMALL` when `sizeBytes` does not suffice,
 * `ZOSIA_EXT4_IMAGE_TOO_LARGE` when the descriptors outgrow the first group
 */
export function planGeometry(demand: Demand): Geometry {
  const { blockSizeBytes, extraBytes = 0 } = demand;
  const smallest = smallestGeometry(demand);
  if (demand.sizeBytes === undefined && extraBytes === 0) return smallest;

  const wanted = smallest.blockCount + Math.ceil(extraBytes / blockSizeBytes);
  if (demand.sizeBytes === undefined) return roomyGeometry(demand, wanted) ?? smallest;

  const given = Math.floor(demand.sizeBytes / blockSizeBytes);
  if (given < wanted) {
    throw new ZosiaError(
      'ZOSIA_EXT4_IMAGE_TOO_SMALL',
      `the contents need ${wanted * blockSizeBytes} bytes, the image is to have ${demand.sizeBytes}`,
      { hint: `Ask for at least ${wanted * blockSizeBytes} bytes, or leave the size out.` },
    );
  }
  return roomyGeometry(demand, given) ?? smallest;
}

/**
 * More groups need more metadata, which may need more groups: tries each number of groups from the
 * least that could do until one holds what it needs.
 */
function smallestGeometry(demand: Demand): Geometry {
  const { firstDataBlock, blocksPerGroup } = constants(demand.blockSizeBytes);
  const contents = demand.contentBlockCount + minInodeTableBlocks(demand, 1);
  const least = Math.max(
    Math.ceil(contents / blocksPerGroup),
    Math.ceil(demand.inodeCount / maxInodesPerGroup(demand.blockSizeBytes)),
    1,
  );
  for (let groupCount = least; ; groupCount++) {
    checkGroupCount(demand.blockSizeBytes, groupCount);
    const inodeTableBlocks = minInodeTableBlocks(demand, groupCount);
    const needed = neededBlocks(demand, groupCount, inodeTableBlocks);
    if (needed > firstDataBlock + groupCount * blocksPerGroup) continue;
    // When inodes, not blocks, call for the last group, it has a single block.
    const blockCount = Math.max(needed, firstDataBlock + (groupCount - 1) * blocksPerGroup + 1);
    return layOut(demand.blockSizeBytes, blockCount, groupCount, inodeTableBlocks);
  }
}

/**
 * A file system of at most `blockCount` blocks with free space and spare inodes; undefined when the
 * last blocks would begin a group and do not suffice for the metadata of that.
 */
function roomyGeometry(demand: Demand, blockCount: number): Geometry | undefined {
  const { firstDataBlock, blocksPerGroup } = constants(demand.blockSizeBytes);
  const groupCount = Math.ceil((blockCount - firstDataBlock) / blocksPerGroup);
  checkGroupCount(demand.blockSizeBytes, groupCount);
  const least = minInodeTableBlocks(demand, groupCount);
  const free = blockCount - neededBlocks(demand, groupCount, least);
  if (free < 0) {
    const wholeGroups = firstDataBlock + (groupCount - 1) * blocksPerGroup;
    return groupCount > 1 ? roomyGeometry(demand, wholeGroups) : undefined;
  }
  const spareBlocks = (free * INODE_BYTES) / BYTES_PER_SPARE_INODE / groupCount;
  const step = inodeTableStep(demand.blockSizeBytes);
  const most = (maxInodesPerGroup(demand.blockSizeBytes) * INODE_BYTES) / demand.blockSizeBytes;
  const inodeTableBlocks = Math.min(most, least + Math.floor(spareBlocks / step) * step);
  return layOut(demand.blockSizeBytes, blockCount, groupCount, inodeTableBlocks);
}

function constants(blockSizeBytes: number): { firstDataBlock: number; blocksPerGroup: number } {
  return {
    firstDataBlock: Math.floor(SUPERBLOCK_OFFSET / blockSizeBytes),
    // One bitmap block has a bit for each.
    blocksPerGroup: blockSizeBytes * 8,
  };
}

function maxInodesPerGroup(blockSizeBytes: number): number {
  return blockSizeBytes * 8;
}

/** Inode tables are whole blocks, and inode bitmaps whole bytes: the fewest blocks that are both. */
function inodeTableStep(blockSizeBytes: number): number {
  return Math.max(1, (8 * INODE_BYTES) / blockSizeBytes);
}

/** Inode table blocks a group must have for `groupCount` groups to hold the inodes. */
function minInodeTableBlocks(demand: Demand, groupCount: number): number {
  const step = inodeTableStep(demand.blockSizeBytes);
  const inodesPerStep = (step * demand.blockSizeBytes) / INODE_BYTES;
  return Math.ceil(demand.inodeCount / groupCount / inodesPerStep) * step;
}

function descriptorBlocks(blockSizeBytes: number, groupCount: number): number {
  return Math.ceil((groupCount * GROUP_DESCRIPTOR_BYTES) / blockSizeBytes);
}

/** Without meta_bg, which some readers do not know, the descriptors are to fit the first group. */
function checkGroupCount(blockSizeBytes: number, groupCount: number): void {
  const { blocksPerGroup } = constants(blockSizeBytes);
  if (1 + descriptorBlocks(blockSizeBytes, groupCount) <= blocksPerGroup) return;
  throw new ZosiaError(
    'ZOSIA_EXT4_IMAGE_TOO_LARGE',
    `${groupCount} groups of ${blocksPerGroup} blocks are too many for one file system`,
    { hint: 'Use a block size of 4096 bytes, or spread the files over several disks.' },
  );
}

/** Blocks from the start of the image to the end of the contents. */
function neededBlocks(demand: Demand, groupCount: number, inodeTableBlocks: number): number {
  const { firstDataBlock } = constants(demand.blockSizeBytes);
  const descriptors = descriptorBlocks(demand.blockSizeBytes, groupCount);
  const perGroup = 2 + inodeTableBlocks;
  return firstDataBlock + 1 + descriptors + groupCount * perGroup + demand.contentBlockCount;
}

function layOut(
  blockSizeBytes: number,
  blockCount: number,
  groupCount: number,
  inodeTableBlocksPerGroup: number,
): Geometry {
  const { firstDataBlock, blocksPerGroup } = constants(blockSizeBytes);
  const descriptorsBlock = firstDataBlock + 1;
  const descriptorBlockCount = descriptorBlocks(blockSizeBytes, groupCount);
  const blockBitmapsBlock = descriptorsBlock + descriptorBlockCount;
  const inodeBitmapsBlock = blockBitmapsBlock + groupCount;
  const inodeTablesBlock = inodeBitmapsBlock + groupCount;
  return {
    blockSizeBytes,
    blockCount,
    firstDataBlock,
    blocksPerGroup,
    groupCount,
    inodesPerGroup: (inodeTableBlocksPerGroup * blockSizeBytes) / INODE_BYTES,
    inodeTableBlocksPerGroup,
    descriptorsBlock,
    descriptorBlockCount,
    blockBitmapsBlock,
    inodeBitmapsBlock,
    inodeTablesBlock,
    contentsBlock: inodeTablesBlock + groupCount * inodeTableBlocksPerGroup,
  };
}
