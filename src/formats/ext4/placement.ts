import { bytesSegment } from '../../image/image.js';
import type { Segment } from '../../image/image.js';
import { planContent } from './content.js';
import type { ContentPlan } from './content.js';
import { inodeSeed } from './crc32c.js';
import {
  buildExtentTree,
  extentCount,
  extentNodeCount,
  extentsOf,
  extentsPerNode,
} from './extents.js';
import { writeInode } from './inode.js';
import { INODE_BYTES } from './layout/inode.js';
import { placeData, runsBlockCount } from './runs.js';
import type { TreeInode } from './tree.js';

/** An inode and the blocks it needs. */
export interface Item {
  readonly inode: TreeInode;
  readonly content: ContentPlan;
  /** Blocks of its content. */
  readonly contentBlockCount: number;
  /** Blocks of extent tree nodes. */
  readonly nodeCount: number;
}

/** An item and the blocks it got, each kind in a row. */
export interface PlacedItem extends Item {
  readonly contentBlock: number;
  readonly nodesBlock: number;
}

export interface WriteOptions {
  readonly blockSizeBytes: number;
  readonly epochSeconds: number;
  /** The file system's checksum seed. */
  readonly seed: number;
}

/** Finds out how many blocks an inode needs. */
export function measure(inode: TreeInode, blockSizeBytes: number): Item {
  const content = planContent(inode, blockSizeBytes);
  return {
    inode,
    content,
    contentBlockCount: runsBlockCount(content.runs),
    nodeCount: extentNodeCount(extentCount(content.runs), extentsPerNode(blockSizeBytes)),
  };
}

export function itemBlockCount(item: Item): number {
  return item.contentBlockCount + item.nodeCount;
}

/**
 * Gives every item its blocks, in a row from `startBlock`: first what the planner writes, then the
 * files' data, so that the first file's data starts after all metadata and nothing interrupts it.
 */
export function placeItems(
  items: readonly Item[],
  startBlock: number,
): { placed: PlacedItem[]; freeBlock: number } {
  let freeBlock = startBlock;
  const take = (blockCount: number): number => {
    const block = freeBlock;
    freeBlock += blockCount;
    return block;
  };
  const withMetadata = items.map((item) => ({
    ...item,
    nodesBlock: take(item.nodeCount),
    contentBlock: item.content.data ? 0 : take(item.contentBlockCount),
  }));
  const placed = withMetadata.map((item) =>
    item.content.data ? { ...item, contentBlock: take(item.contentBlockCount) } : item,
  );
  return { placed, freeBlock };
}

/** Writes the inode table, up to the last inode in use, and everything the inodes refer to. */
export function writeItems(
  items: readonly PlacedItem[],
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

function writeItem(item: PlacedItem, inodeBytes: Uint8Array, options: WriteOptions): Segment[] {
  const { inode, content, contentBlock, nodesBlock } = item;
  const { blockSizeBytes } = options;
  const seed = inodeSeed(options.seed, inode.number);
  const extents = extentsOf(content.runs, contentBlock);
  const tree = buildExtentTree(extents, nodesBlock, blockSizeBytes, seed);
  const body = {
    sizeBytes: content.sizeBytes,
    blockCount: itemBlockCount(item),
    flags: content.flags,
    block: content.inline ?? tree.root,
  };
  writeInode(inodeBytes, inode, body, { ...options, seed });

  const at = (block: number): number => block * blockSizeBytes;
  const { path } = inode;
  return [
    ...(tree.nodes.length > 0
      ? [bytesSegment(at(nodesBlock), tree.nodes, `${path} (extents)`)]
      : []),
    ...(content.build ? [bytesSegment(at(contentBlock), content.build(seed), path)] : []),
    ...(content.data
      ? placeData(content.data, content.runs, contentBlock, blockSizeBytes, path)
      : []),
  ];
}
