import { le32, readNumber } from '../../fields.js';
import { BLOCK_MAP } from '../layout/block-map.js';
import { corrupt } from './corrupt.js';
import type { FileExtent } from './extent-node.js';
import type { Inode } from './inode.js';
import type { Volume } from './volume.js';

const { directPointers, indirectPointers, pointerBytes } = BLOCK_MAP;
const POINTER = le32(0, 'Block number; 0: a hole');

/** Reads the pointer with this index; 0 is a hole. */
export function readPointer(bytes: Uint8Array, index: number): number {
  return readNumber(POINTER, bytes, index * pointerBytes);
}

export function pointersPerBlock(blockSizeBytes: number): number {
  return blockSizeBytes / pointerBytes;
}

/** File blocks that a pointer covers: 1 at level 0, a whole block of pointers' worth above. */
function pointerSpan(level: number, blockSizeBytes: number): number {
  return pointersPerBlock(blockSizeBytes) ** level;
}

/** A pointer to a block: of data at level 0, of pointers above. */
export interface BlockPointer {
  readonly block: number;
  readonly level: number;
  /** First file block that it covers. */
  readonly fileBlock: number;
}

/** File blocks that a block map reaches. */
export function blockMapReach(blockSizeBytes: number): number {
  let reach = directPointers;
  for (let level = 1; level <= indirectPointers; level++)
    reach += pointerSpan(level, blockSizeBytes);
  return reach;
}

/** The pointers in the inode. */
export function rootPointers(inode: Inode, blockSizeBytes: number): BlockPointer[] {
  let fileBlock = 0;
  return Array.from({ length: directPointers + indirectPointers }, (_, i) => {
    const level = Math.max(0, i - directPointers + 1);
    const pointer = { block: readPointer(inode.block, i), level, fileBlock };
    fileBlock += pointerSpan(level, blockSizeBytes);
    return pointer;
  });
}

/** The pointers in a block that a pointer of level 1 or more leads to. */
export function* childPointers(bytes: Uint8Array, parent: BlockPointer): Generator<BlockPointer> {
  const level = parent.level - 1;
  const span = pointerSpan(level, bytes.length);
  for (let i = 0; i < pointersPerBlock(bytes.length); i++) {
    const block = readPointer(bytes, i);
    if (block !== 0) yield { block, level, fileBlock: parent.fileBlock + i * span };
  }
}

/**
 * The mapped blocks of a file without extents that lie in the range, one by one and in order.
 *
 * @throws ZosiaError `ZOSIA_EXT4_CORRUPT`, also when there are more blocks of pointers than blocks
 */
export async function* walkBlockMap(
  volume: Volume,
  inode: Inode,
  from: number,
  to: number,
): AsyncGenerator<FileExtent, void, undefined> {
  const { blockSizeBytes, blockCount } = volume.superblock;
  const where = `inode ${inode.number}`;
  // The pointers still to be followed, the next one last.
  const pending = rootPointers(inode, blockSizeBytes).reverse();
  let nodesLeft = blockCount;
  for (let pointer = pending.pop(); pointer; pointer = pending.pop()) {
    const { block, level, fileBlock } = pointer;
    if (block === 0 || fileBlock >= to) continue;
    if (fileBlock + pointerSpan(level, blockSizeBytes) <= from) continue;
    if (!volume.contains(block)) {
      throw corrupt(where, `its block ${block} lies outside of the file system`);
    }
    if (level === 0) {
      yield { fileBlock, imageBlock: block, blockCount: 1, written: true };
      continue;
    }
    if (nodesLeft-- === 0) throw corrupt(where, 'its blocks of pointers never end');
    const bytes = await volume.readBlock(block, where);
    pending.push(...[...childPointers(bytes, pointer)].reverse());
  }
}
