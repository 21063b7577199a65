import { crc32c } from '../crc32c.js';
import { high32, low32, writeFields } from '../../fields.js';
import {
  extentsPerNode,
  EXTENT,
  EXTENT_ENTRY_BYTES,
  EXTENT_HEADER,
  EXTENT_HEADER_BYTES,
  EXTENT_INDEX,
  EXTENT_MAGIC,
  EXTENT_TAIL,
  MAX_EXTENT_BLOCKS,
  MAX_EXTENT_DEPTH,
  ROOT_EXTENT_ENTRIES,
} from '../layout/extent.js';
import { INODE } from '../layout/inode.js';
import type { FileRun } from './runs.js';

export interface Extent {
  readonly fileBlock: number;
  readonly imageBlock: number;
  readonly blockCount: number;
}

export interface ExtentTree {
  /** The 60 bytes in the inode. */
  readonly root: Uint8Array;
  /** The other nodes, a block each, in a row. */
  readonly nodes: Uint8Array;
}

/** Extents that runs need when each is one piece on disk. */
export function extentCount(runs: readonly FileRun[]): number {
  return runs.reduce((sum, run) => sum + Math.ceil(run.blockCount / MAX_EXTENT_BLOCKS), 0);
}

/** Blocks that the nodes outside of the inode take. */
export function extentNodeCount(extents: number, perNode: number): number {
  return levelSizes(extents, perNode).reduce((sum, size) => sum + size, 0);
}

/** The extents of runs that lie one after the other from `startBlock`. */
export function extentsOf(runs: readonly FileRun[], startBlock: number): Extent[] {
  const extents: Extent[] = [];
  let imageBlock = startBlock;
  for (const run of runs) {
    for (let done = 0; done < run.blockCount; done += MAX_EXTENT_BLOCKS) {
      const blockCount = Math.min(MAX_EXTENT_BLOCKS, run.blockCount - done);
      extents.push({ fileBlock: run.fileBlock + done, imageBlock, blockCount });
      imageBlock += blockCount;
    }
  }
  return extents;
}

export interface ExtentTreePlace {
  readonly blockSizeBytes: number;
  /** First block of the nodes outside of the inode. */
  readonly nodesBlock: number;
  /** Entries a node holds; fewer than there is room for make a deeper tree. */
  readonly perNode: number;
  /** The inode's checksum seed. */
  readonly seed: number;
}

/**
 * Serialises an extent tree with all nodes full but the last of each level. The nodes outside of the
 * inode lie in a row from `nodesBlock`, leaves first.
 */
export function buildExtentTree(
  extents: readonly Extent[],
  { nodesBlock, blockSizeBytes, seed, perNode }: ExtentTreePlace,
): ExtentTree {
  const nodes = new Uint8Array(extentNodeCount(extents.length, perNode) * blockSizeBytes);
  let entries: readonly NodeEntry[] = extents;
  let depth = 0;
  let nodeIndex = 0;
  for (const size of levelSizes(extents.length, perNode)) {
    const parents: NodeEntry[] = [];
    for (let i = 0; i < size; i++, nodeIndex++) {
      const children = entries.slice(i * perNode, (i + 1) * perNode);
      const start = nodeIndex * blockSizeBytes;
      const node = nodes.subarray(start, start + blockSizeBytes);
      writeNode(node, children, extentsPerNode(blockSizeBytes), depth);
      const tail = EXTENT_HEADER_BYTES + extentsPerNode(blockSizeBytes) * EXTENT_ENTRY_BYTES;
      writeFields(EXTENT_TAIL, node, tail, { checksum: crc32c(seed, node.subarray(0, tail)) });
      parents.push({ fileBlock: children[0]!.fileBlock, imageBlock: nodesBlock + nodeIndex });
    }
    entries = parents;
    depth++;
  }
  const root = new Uint8Array(INODE.block.width);
  writeNode(root, entries, ROOT_EXTENT_ENTRIES, depth);
  return { root, nodes };
}

/** An extent in a leaf; a node below in an inner node. */
interface NodeEntry {
  readonly fileBlock: number;
  readonly imageBlock: number;
  readonly blockCount?: number | undefined;
}

/** Nodes of each level outside of the inode, leaves first. */
function levelSizes(extents: number, perNode: number): number[] {
  const sizes: number[] = [];
  for (let entries = extents; entries > ROOT_EXTENT_ENTRIES; entries = sizes.at(-1)!) {
    sizes.push(Math.ceil(entries / perNode));
  }
  if (sizes.length > MAX_EXTENT_DEPTH) {
    throw new RangeError(`${extents} extents at ${perNode} a node need ${sizes.length} levels`);
  }
  return sizes;
}

function writeNode(
  node: Uint8Array,
  entries: readonly NodeEntry[],
  max: number,
  depth: number,
): void {
  writeFields(EXTENT_HEADER, node, 0, { magic: EXTENT_MAGIC, entries: entries.length, max, depth });
  entries.forEach(({ fileBlock, imageBlock, blockCount = 0 }, i) => {
    const at = EXTENT_HEADER_BYTES + i * EXTENT_ENTRY_BYTES;
    const low = low32(imageBlock);
    const high = high32(imageBlock);
    if (depth === 0) {
      const extent = { block: fileBlock, length: blockCount, startHigh: high, startLow: low };
      writeFields(EXTENT, node, at, extent);
    } else {
      writeFields(EXTENT_INDEX, node, at, { block: fileBlock, leafLow: low, leafHigh: high });
    }
  });
}
