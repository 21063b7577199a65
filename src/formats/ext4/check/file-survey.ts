import { INODE_FLAGS } from '../layout/inode.js';
import { childPointers, rootPointers } from '../reader/block-map.js';
import type { BlockPointer } from '../reader/block-map.js';
import { parseExtentNode } from '../reader/extent-node.js';
import type { ExtentNode, ExtentNodeContext, FileExtent } from '../reader/extent-node.js';
import { finding } from '../../findings.js';
import type { LocalFinding } from '../../findings.js';
import { seedOf } from '../reader/inode.js';
import type { Inode } from '../reader/inode.js';
import type { Volume } from '../reader/volume.js';

/** What lies on the way through a file's blocks. */
export type Surveyed =
  | { readonly kind: 'content'; readonly extent: FileExtent }
  /** A block of extents or pointers. */
  | { readonly kind: 'tree'; readonly block: number }
  | { readonly kind: 'problem'; readonly problem: LocalFinding };

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
  const inInode = surveyInode(volume, inode);
  if (inInode) yield* inInode;
  else if (inode.flags & INODE_FLAGS.extents) {
    yield* surveyExtents(volume, inode, inode.block, EXTENT_ROOT, enter);
  } else yield* surveyBlockMap(volume, inode, enter);
}

const EXTENT_ROOT = { depth: undefined, fileBlock: 0, endBlock: 2 ** 32, seed: undefined };

/** The same of a file all of whose extents or pointers lie in the inode; undefined of others. */
export function surveyInode(volume: Volume, inode: Inode): readonly Surveyed[] | undefined {
  if (inode.flags & INODE_FLAGS.extents) {
    const node = parseExtentNode(inode.block, EXTENT_ROOT, volume);
    return node.branches.length > 0 ? undefined : [...extentsOf(node)];
  }
  const pointers = rootPointers(inode, volume.superblock.blockSizeBytes);
  if (pointers.some(({ block, level }) => block !== 0 && level > 0)) return undefined;
  return pointers.filter(({ block }) => block !== 0).map((pointer) => contentAt(volume, pointer));
}

function* extentsOf({ problems, extents }: ExtentNode): Generator<Surveyed, void, undefined> {
  for (const problem of problems) yield { kind: 'problem', problem };
  for (const extent of extents) yield { kind: 'content', extent };
}

async function* surveyExtents(
  volume: Volume,
  inode: Inode,
  bytes: Uint8Array,
  context: ExtentNodeContext,
  enter: Enter,
): AsyncGenerator<Surveyed, void, undefined> {
  const node = parseExtentNode(bytes, context, volume);
  const start = (node.extents[0] ?? node.branches[0])?.fileBlock;
  if (context.depth !== undefined && start !== undefined && start !== context.fileBlock) {
    yield {
      kind: 'problem',
      problem: finding(
        'extent-start',
        `the extent node of file block ${context.fileBlock} begins with file block ${start}`,
      ),
    };
  }
  yield* extentsOf(node);
  const seed = seedOf(inode, volume.superblock);
  for (const { fileBlock, endBlock, nodeBlock } of node.branches) {
    yield { kind: 'tree', block: nodeBlock };
    if (!enter(nodeBlock)) continue;
    const child = await volume.readBlock(nodeBlock, `inode ${inode.number}`);
    const below = { depth: node.depth - 1, fileBlock, endBlock, seed };
    yield* surveyExtents(volume, inode, child, below, enter);
  }
}

/** What a pointer to content leads to. */
function contentAt(volume: Volume, { block, fileBlock }: BlockPointer): Surveyed {
  if (!volume.contains(block)) return outside(block);
  const extent = { fileBlock, imageBlock: block, blockCount: 1, written: true };
  return { kind: 'content', extent };
}

function outside(block: number): Surveyed {
  const message = `the block ${block} lies outside of the file system`;
  return { kind: 'problem', problem: finding('block-place', message) };
}

async function* surveyBlockMap(
  volume: Volume,
  inode: Inode,
  enter: Enter,
): AsyncGenerator<Surveyed, void, undefined> {
  const { blockSizeBytes } = volume.superblock;
  const pending: BlockPointer[] = rootPointers(inode, blockSizeBytes).reverse();
  for (let pointer = pending.pop(); pointer; pointer = pending.pop()) {
    const { block, level } = pointer;
    if (block === 0) continue;
    if (level === 0) {
      yield contentAt(volume, pointer);
    } else if (!volume.contains(block)) {
      yield outside(block);
    } else {
      yield { kind: 'tree', block };
      if (!enter(block)) continue;
      const bytes = await volume.readBlock(block, `inode ${inode.number}`);
      pending.push(...[...childPointers(bytes, pointer)].reverse());
    }
  }
}
