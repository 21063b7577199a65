import { MAX_FILE_BLOCKS } from '../layout/extent.js';
import { INODE_FLAGS } from '../layout/inode.js';
import { walkBlockMap } from './block-map.js';
import { parseExtentNode } from './extent-node.js';
import type { ExtentNodeContext, FileExtent } from './extent-node.js';
import { corrupt, refuseProblems } from './corrupt.js';
import { seedOf } from './inode.js';
import type { Inode } from './inode.js';
import type { Ext4Superblock } from './superblock.js';
import type { Volume } from './volume.js';

export type { FileExtent } from './extent-node.js';

/** Whether an inode has blocks of content: a fast symlink, a device and inline data have none. */
export function hasBlocks(inode: Inode, superblock: Ext4Superblock): boolean {
  if (inode.flags & INODE_FLAGS.inlineData) return false;
  switch (inode.type) {
    case 'file':
    case 'directory':
      return true;
    case 'symlink':
      return !isFastSymlink(inode, superblock);
    default:
      return false;
  }
}

/**
 * Whether a symlink's target lies in the inode. It takes no block then, except perhaps one of
 * attributes; with ea_inode, further ones may count for it, and the size alone decides.
 */
export function isFastSymlink(inode: Inode, superblock: Ext4Superblock): boolean {
  if (inode.flags & (INODE_FLAGS.extents | INODE_FLAGS.inlineData)) return false;
  const { blockSizeBytes, clusterBlockCount, features } = superblock;
  const attributes = inode.attributesBlock === 0 ? 0 : blockSizeBytes * clusterBlockCount;
  const takesNone = features.has('ea_inode') || inode.allocatedBytes <= attributes;
  return inode.sizeBytes < inode.block.length && takesNone;
}

/**
 * The mapped blocks of a file from file block `from` up to, not including, `to`; what lies between
 * them are holes. Merged where file and image both go on, and cut to the range.
 *
 * @throws ZosiaError `ZOSIA_EXT4_CORRUPT`, also when a file maps more blocks than there are: then some
 * appear twice, and the walk might not end
 */
export async function* mapBlocks(
  volume: Volume,
  inode: Inode,
  from = 0,
  to = MAX_FILE_BLOCKS,
): AsyncGenerator<FileExtent, void, undefined> {
  if (!hasBlocks(inode, volume.superblock)) return;
  const source =
    inode.flags & INODE_FLAGS.extents
      ? walkExtents(volume, inode, from, to)
      : walkBlockMap(volume, inode, from, to);
  let mapped = 0;
  let pending: FileExtent | undefined;
  for await (const extent of source) {
    const cut = cutTo(extent, from, to);
    mapped += cut.blockCount;
    if (mapped > mostMappedBlocks(volume)) {
      throw corrupt(`inode ${inode.number}`, 'it maps more blocks than the file system has');
    }
    if (pending && continues(pending, cut)) {
      pending = { ...pending, blockCount: pending.blockCount + cut.blockCount };
    } else {
      if (pending) yield pending;
      pending = cut;
    }
  }
  if (pending) yield pending;
}

/** Blocks that the files may have in all, as a multiple of those there are, where files share blocks. */
const MAX_SHARING = 64;

/** The most blocks that one file, or all together, can map. */
export function mostMappedBlocks({ superblock }: Volume): number {
  const { blockCount, features } = superblock;
  return features.has('shared_blocks') ? blockCount * MAX_SHARING : blockCount;
}

async function* walkExtents(
  volume: Volume,
  inode: Inode,
  from: number,
  to: number,
): AsyncGenerator<FileExtent, void, undefined> {
  const root = { depth: undefined, fileBlock: 0, endBlock: 2 ** 32, seed: undefined };
  yield* walkExtentNode(volume, inode, inode.block, root, from, to);
}

/** Ends because every level has a lower depth, and no two nodes may cover the same file block. */
async function* walkExtentNode(
  volume: Volume,
  inode: Inode,
  bytes: Uint8Array,
  context: ExtentNodeContext,
  from: number,
  to: number,
): AsyncGenerator<FileExtent, void, undefined> {
  const where = `inode ${inode.number}`;
  const node = parseExtentNode(bytes, context, volume);
  refuseProblems(where, node.problems);
  for (const extent of node.extents) {
    if (extent.fileBlock < to && extent.fileBlock + extent.blockCount > from) yield extent;
  }
  for (const { fileBlock, endBlock, nodeBlock } of node.branches) {
    if (fileBlock >= to || endBlock <= from) continue;
    const child = await volume.readBlock(nodeBlock, where);
    const seed = volume.verifyChecksums ? seedOf(inode, volume.superblock) : undefined;
    const below = { depth: node.depth - 1, fileBlock, endBlock, seed };
    yield* walkExtentNode(volume, inode, child, below, from, to);
  }
}

function cutTo(extent: FileExtent, from: number, to: number): FileExtent {
  const skip = Math.max(0, from - extent.fileBlock);
  const end = Math.min(extent.fileBlock + extent.blockCount, to);
  return {
    fileBlock: extent.fileBlock + skip,
    imageBlock: extent.imageBlock + skip,
    blockCount: end - extent.fileBlock - skip,
    written: extent.written,
  };
}

function continues(before: FileExtent, after: FileExtent): boolean {
  return (
    before.written === after.written &&
    before.fileBlock + before.blockCount === after.fileBlock &&
    before.imageBlock + before.blockCount === after.imageBlock
  );
}
