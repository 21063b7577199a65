import { INODE_FLAGS } from '../layout/inode.js';
import { childPointers, rootPointers } from '../reader/block-map.js';
import type { BlockPointer } from '../reader/block-map.js';
import { parseExtentNode } from '../reader/extent-node.js';
import type { ExtentNodeContext, FileExtent } from '../reader/extent-node.js';
import { fault } from '../../findings.js';
import type { Fault } from '../../findings.js';
import { seedOf } from '../reader/inode.js';
import type { Inode } from '../reader/inode.js';
import type { Volume } from '../reader/volume.js';

/** What lies on the way through a file's blocks. */
export type Surveyed =
  | { readonly kind: 'content'; readonly extent: FileExtent }
  /** A block of extents or pointers. */
  | { readonly kind: 'tree'; readonly block: number }
  | { readonly kind: 'fault'; readonly fault: Fault };

/** Whether a block of extents or pointers may be followed: no block may be on two ways. */
type Enter = (block: number) => boolean;

/**
 * Goes through all blocks of a file and, unlike the reader, past everything that is wrong.
 *
 * @param enter asked once for every block of the tree
 */
export async function* surveyFile(
  volume: Volume,
  inode: Inode,
  enter: Enter,
): AsyncGenerator<Surveyed, void, undefined> {
  if (inode.flags & INODE_FLAGS.extents) {
    const root = { depth: undefined, fileBlock: 0, endBlock: 2 ** 32, seed: undefined };
    yield* surveyExtents(volume, inode, inode.block, root, enter);
  } else {
    yield* surveyBlockMap(volume, inode, enter);
  }
}

async function* surveyExtents(
  volume: Volume,
  inode: Inode,
  bytes: Uint8Array,
  context: ExtentNodeContext,
  enter: Enter,
): AsyncGenerator<Surveyed, void, undefined> {
  const node = parseExtentNode(bytes, context, volume);
  for (const fault of node.faults) yield { kind: 'fault', fault };
  const start = (node.extents[0] ?? node.branches[0])?.fileBlock;
  if (context.depth !== undefined && start !== undefined && start !== context.fileBlock) {
    yield {
      kind: 'fault',
      fault: fault(
        'extent-start',
        `the extent node of file block ${context.fileBlock} begins with file block ${start}`,
      ),
    };
  }
  for (const extent of node.extents) yield { kind: 'content', extent };
  const seed = seedOf(inode, volume.superblock);
  for (const { fileBlock, endBlock, nodeBlock } of node.branches) {
    yield { kind: 'tree', block: nodeBlock };
    if (!enter(nodeBlock)) continue;
    const child = await volume.readBlock(nodeBlock, `inode ${inode.number}`);
    const below = { depth: node.depth - 1, fileBlock, endBlock, seed };
    yield* surveyExtents(volume, inode, child, below, enter);
  }
}

async function* surveyBlockMap(
  volume: Volume,
  inode: Inode,
  enter: Enter,
): AsyncGenerator<Surveyed, void, undefined> {
  const { blockSizeBytes } = volume.superblock;
  const pending: BlockPointer[] = rootPointers(inode, blockSizeBytes).reverse();
  for (let pointer = pending.pop(); pointer; pointer = pending.pop()) {
    const { block, level, fileBlock } = pointer;
    if (block === 0) continue;
    if (!volume.contains(block)) {
      const message = `the block ${block} lies outside of the file system`;
      yield { kind: 'fault', fault: fault('block-place', message) };
    } else if (level === 0) {
      const extent = { fileBlock, imageBlock: block, blockCount: 1, written: true };
      yield { kind: 'content', extent };
    } else {
      yield { kind: 'tree', block };
      if (!enter(block)) continue;
      const bytes = await volume.readBlock(block, `inode ${inode.number}`);
      pending.push(...[...childPointers(bytes, pointer)].reverse());
    }
  }
}
