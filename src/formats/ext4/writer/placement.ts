import { bytesSegment } from '../../../image/image.js';
import type { Segment } from '../../../image/image.js';
import type { ContentPlan } from './content.js';
import { inodeSeed } from '../crc32c.js';
import { buildExtentTree, extentCount, extentNodeCount, extentsOf } from './extents.js';
import { writeInode } from './inode.js';
import { INODE_BYTES } from '../layout/inode.js';
import { placeData, runsBlockCount } from './runs.js';
import type { TreeInode } from './tree.js';
import { buildXattrBlock, planXattrs } from './xattr.js';
import type { XattrPlan } from './xattr.js';

/** An inode, the blocks it needs, and the blocks it got: of each kind a row. */
export interface Item {
  readonly inode: TreeInode;
  readonly content: ContentPlan;
  readonly contentBlockCount: number;
  readonly xattrs: XattrPlan;
  /** Blocks of extent tree nodes. */
  readonly nodeCount: number;
  /** First blocks of each kind; 0 until placed, and where there are none. */
  contentBlock: number;
  nodesBlock: number;
  xattrBlock: number;
}

export interface WriteOptions {
  readonly blockSizeBytes: number;
  readonly extentsPerNode: number;
  readonly epochSeconds: number;
  /** The file system's checksum seed. */
  readonly seed: number;
}

/** Finds out how many blocks an inode with this content needs. */
export function measure(
  inode: TreeInode,
  content: ContentPlan,
  options: Pick<WriteOptions, 'blockSizeBytes' | 'extentsPerNode'>,
): Item {
  return {
    inode,
    content,
    contentBlockCount: runsBlockCount(content.runs),
    nodeCount: extentNodeCount(extentCount(content.runs), options.extentsPerNode),
    xattrs: planXattrs(inode.attributes.xattrs, inode.path, options.blockSizeBytes),
    contentBlock: 0,
    nodesBlock: 0,
    xattrBlock: 0,
  };
}

/** Blocks of content, extent nodes and attributes. */
export function itemBlockCount(item: Item): number {
  return item.contentBlockCount + item.nodeCount + xattrBlockCount(item);
}

function xattrBlockCount({ xattrs }: Item): number {
  return xattrs.inBlock.length > 0 ? 1 : 0;
}

/**
 * Gives every item its blocks, in a row from `startBlock`: first what the planner writes, then the
 * files' data, so that the first file's data starts after all metadata and nothing interrupts it.
 *
 * @returns the first free block
 */
export function placeItems(items: readonly Item[], startBlock: number): number {
  let freeBlock = startBlock;
  const take = (blockCount: number): number => {
    if (blockCount === 0) return 0;
    freeBlock += blockCount;
    return freeBlock - blockCount;
  };
  for (const item of items) {
    item.nodesBlock = take(item.nodeCount);
    item.xattrBlock = take(xattrBlockCount(item));
    if (!item.content.data) item.contentBlock = take(item.contentBlockCount);
  }
  for (const item of items) {
    if (item.content.data) item.contentBlock = take(item.contentBlockCount);
  }
  return freeBlock;
}

/** Writes the inode table, up to the last inode in use, and everything the inodes refer to. */
export function writeItems(
  items: readonly Item[],
  options: WriteOptions,
): { inodeTable: Uint8Array; segments: Segment[] } {
  const { blockSizeBytes } = options;
  const tableBytes = items.at(-1)!.inode.number * INODE_BYTES;
  const inodeTable = new Uint8Array(Math.ceil(tableBytes / blockSizeBytes) * blockSizeBytes);
  const segments: Segment[] = [];
  for (const item of items) {
    const start = (item.inode.number - 1) * INODE_BYTES;
    for (const segment of writeItem(
      item,
      inodeTable.subarray(start, start + INODE_BYTES),
      options,
    )) {
      segments.push(segment);
    }
  }
  return { inodeTable, segments };
}

function writeItem(item: Item, inodeBytes: Uint8Array, options: WriteOptions): Segment[] {
  const { inode, content, contentBlock, nodesBlock, xattrs, xattrBlock } = item;
  const { blockSizeBytes } = options;
  const seed = inodeSeed(options.seed, inode.number);
  const extents = extentsOf(content.runs, contentBlock);
  const perNode = options.extentsPerNode;
  const tree = buildExtentTree(extents, { nodesBlock, blockSizeBytes, seed, perNode });
  const body = {
    sizeBytes: content.sizeBytes,
    blockCount: itemBlockCount(item),
    flags: content.flags,
    block: content.inline ?? tree.root,
    xattrs,
    xattrBlock,
  };
  writeInode(inodeBytes, inode, body, { ...options, seed });

  const at = (block: number): number => block * blockSizeBytes;
  const { path } = inode;
  const segments: Segment[] = [];
  if (tree.nodes.length > 0) {
    segments.push(bytesSegment(at(nodesBlock), tree.nodes, `${path} (extents)`));
  }
  if (xattrBlock > 0) {
    const block = buildXattrBlock(xattrs.inBlock, {
      block: xattrBlock,
      blockSizeBytes,
      seed: options.seed,
    });
    segments.push(bytesSegment(at(xattrBlock), block, `${path} (attributes)`));
  }
  if (content.build) segments.push(bytesSegment(at(contentBlock), content.build(seed), path));
  if (!content.data) return segments;
  return segments.concat(
    placeData(content.data, content.runs, {
      startBlock: contentBlock,
      blockSizeBytes,
      label: path,
    }),
  );
}
