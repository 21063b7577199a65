import { ZosiaError } from '../../../errors.js';
import { GROUP_DESCRIPTOR_BYTES } from '../layout/group-descriptor.js';
import { INODE_BYTES } from '../layout/inode.js';
import { SUPERBLOCK_OFFSET } from '../layout/superblock.js';

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
  /** To be free, over and above. */
  readonly extraBytes: number;
  /** Of the whole image; undefined: the smallest. */
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
  const { blockSizeBytes, extraBytes, sizeBytes } = demand;
  const smallest = smallestGeometry(demand, divide(demand, 0));
  if (sizeBytes === undefined && extraBytes === 0) return smallest;

  const wanted = smallest.blockCount + Math.ceil(extraBytes / blockSizeBytes);
  if (sizeBytes === undefined) {
    const division = divide(demand, wanted);
    for (let blockCount = wanted; ; blockCount++) {
      const geometry = geometryOf(demand, division, blockCount);
      if (geometry) return geometry;
    }
  }
  const given = Math.floor(sizeBytes / blockSizeBytes);
  if (given < wanted) {
    const neededBytes = wanted * blockSizeBytes;
    throw new ZosiaError(
      'ZOSIA_EXT4_IMAGE_TOO_SMALL',
      `the contents need ${neededBytes} bytes, the image is to have ${sizeBytes}`,
      { hint: `Ask for at least ${neededBytes} bytes, or leave the size out.` },
    );
  }
  const division = divide(demand, given);
  // A few blocks that begin a group, and do not suffice for the metadata of that, stay unused.
  const wholeGroups = groupCountOf(division, given) - 1;
  const lessThanGiven = division.firstDataBlock + wholeGroups * division.blocksPerGroup;
  return (
    geometryOf(demand, division, given) ?? geometryOf(demand, division, lessThanGiven) ?? smallest
  );
}

/** How blocks are divided into groups. */
interface Division {
  readonly firstDataBlock: number;
  readonly blocksPerGroup: number;
}

/**
 * Groups have as many blocks as their bitmap has bits, unless there are so many inodes that these
 * call for more groups than the blocks would fill: then groups are smaller.
 *
 * @param leastBlockCount blocks there will be at least
 */
function divide(demand: Demand, leastBlockCount: number): Division {
  const { blockSizeBytes } = demand;
  const firstDataBlock = Math.floor(SUPERBLOCK_OFFSET / blockSizeBytes);
  const largest = blockSizeBytes * 8;
  const groupCount = groupsForInodes(demand);
  const needed = neededBlocks(demand, firstDataBlock, groupCount);
  const blockCount = Math.max(needed, leastBlockCount);
  const fair = Math.ceil((blockCount - firstDataBlock) / groupCount / 8) * 8;
  const blocksPerGroup = groupCount === 1 ? largest : Math.min(largest, fair);
  return { firstDataBlock, blocksPerGroup };
}

/**
 * More groups need more metadata, which may need more groups: tries each number of groups from the
 * least that could do until one holds what it needs.
 */
function smallestGeometry(demand: Demand, division: Division): Geometry {
  const { firstDataBlock, blocksPerGroup } = division;
  const contents = demand.contentBlockCount + inodeTableBlocks(demand, 1);
  const least = Math.max(Math.ceil(contents / blocksPerGroup), groupsForInodes(demand));
  for (let groupCount = least; ; groupCount++) {
    checkGroupCount(demand.blockSizeBytes, division, groupCount);
    const needed = neededBlocks(demand, firstDataBlock, groupCount);
    if (needed > firstDataBlock + groupCount * blocksPerGroup) continue;
    // Should inodes call for a last group that no block needs, it has a single one.
    const blockCount = Math.max(needed, firstDataBlock + (groupCount - 1) * blocksPerGroup + 1);
    const inodeTableBlocksPerGroup = inodeTableBlocks(demand, groupCount);
    return layOut(demand.blockSizeBytes, division, {
      blockCount,
      groupCount,
      inodeTableBlocksPerGroup,
    });
  }
}

/** The file system of just so many blocks, with spare inodes; undefined when they do not suffice. */
function geometryOf(demand: Demand, division: Division, blockCount: number): Geometry | undefined {
  const { blockSizeBytes } = demand;
  const groupCount = groupCountOf(division, blockCount);
  if (groupCount < groupsForInodes(demand)) return undefined;
  checkGroupCount(blockSizeBytes, division, groupCount);
  const free = blockCount - neededBlocks(demand, division.firstDataBlock, groupCount);
  if (free < 0) return undefined;
  const step = inodeTableStep(blockSizeBytes);
  const spare = (free * INODE_BYTES) / BYTES_PER_SPARE_INODE / groupCount;
  const tableBlocks = inodeTableBlocks(demand, groupCount) + Math.floor(spare / step) * step;
  const most = (maxInodesPerGroup(blockSizeBytes) * INODE_BYTES) / blockSizeBytes;
  const inodeTableBlocksPerGroup = Math.min(most, tableBlocks);
  return layOut(blockSizeBytes, division, { blockCount, groupCount, inodeTableBlocksPerGroup });
}

function groupCountOf({ firstDataBlock, blocksPerGroup }: Division, blockCount: number): number {
  return Math.ceil((blockCount - firstDataBlock) / blocksPerGroup);
}

/** One block of inode bitmap has a bit for each. */
function maxInodesPerGroup(blockSizeBytes: number): number {
  return blockSizeBytes * 8;
}

function groupsForInodes({ blockSizeBytes, inodeCount }: Demand): number {
  return Math.ceil(inodeCount / maxInodesPerGroup(blockSizeBytes));
}

/** Inode tables are whole blocks, and inode bitmaps whole bytes: the fewest blocks that are both. */
function inodeTableStep(blockSizeBytes: number): number {
  return Math.max(1, (8 * INODE_BYTES) / blockSizeBytes);
}

/** Inode table blocks a group must have for `groupCount` groups to hold the inodes. */
function inodeTableBlocks({ blockSizeBytes, inodeCount }: Demand, groupCount: number): number {
  const step = inodeTableStep(blockSizeBytes);
  const inodesPerStep = (step * blockSizeBytes) / INODE_BYTES;
  return Math.ceil(inodeCount / groupCount / inodesPerStep) * step;
}

function descriptorBlocks(blockSizeBytes: number, groupCount: number): number {
  return Math.ceil((groupCount * GROUP_DESCRIPTOR_BYTES) / blockSizeBytes);
}

/** Without meta_bg, which some readers do not know, the descriptors are to fit the first group. */
function checkGroupCount(
  blockSizeBytes: number,
  { blocksPerGroup }: Division,
  groupCount: number,
): void {
  if (1 + descriptorBlocks(blockSizeBytes, groupCount) <= blocksPerGroup) return;
  throw new ZosiaError(
    'ZOSIA_EXT4_IMAGE_TOO_LARGE',
    `${groupCount} groups of ${blocksPerGroup} blocks are too many for one file system`,
    { hint: 'Use a block size of 4096 bytes, or spread the files over several disks.' },
  );
}

/** Blocks from the start of the image to the end of the contents. */
function neededBlocks(demand: Demand, firstDataBlock: number, groupCount: number): number {
  const descriptors = descriptorBlocks(demand.blockSizeBytes, groupCount);
  const perGroup = 2 + inodeTableBlocks(demand, groupCount);
  return firstDataBlock + 1 + descriptors + groupCount * perGroup + demand.contentBlockCount;
}

function layOut(
  blockSizeBytes: number,
  division: Division,
  counts: Pick<Geometry, 'blockCount' | 'groupCount' | 'inodeTableBlocksPerGroup'>,
): Geometry {
  const { blockCount, groupCount, inodeTableBlocksPerGroup } = counts;
  const descriptorsBlock = division.firstDataBlock + 1;
  const descriptorBlockCount = descriptorBlocks(blockSizeBytes, groupCount);
  const blockBitmapsBlock = descriptorsBlock + descriptorBlockCount;
  const inodeBitmapsBlock = blockBitmapsBlock + groupCount;
  const inodeTablesBlock = inodeBitmapsBlock + groupCount;
  return {
    ...division,
    blockSizeBytes,
    blockCount,
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
