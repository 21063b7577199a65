import { le16, le32 } from '../../fields.js';

/** Extent trees: kernel Documentation/filesystems/ext4/ifork.rst, "Extent Tree". */
export const EXTENT_HEADER = {
  magic: le16(0x0, 'EXTENT_MAGIC'),
  entries: le16(0x2, 'Entries that follow'),
  max: le16(0x4, 'Entries there is room for'),
  depth: le16(0x6, '0: entries are extents; else how many levels lie below'),
  generation: le32(0x8, 'Used by Lustre only; 0'),
} as const;

/** An entry of an inner node. */
export const EXTENT_INDEX = {
  block: le32(0x0, 'First file block that the node below covers'),
  leafLow: le32(0x4, 'Block of the node below, lower half'),
  leafHigh: le16(0x8, 'Block of the node below, bits 32 to 47'),
  unused: le16(0xa, 'Padding; 0'),
} as const;

/** An entry of a leaf. */
export const EXTENT = {
  block: le32(0x0, 'First file block that the extent covers'),
  length: le16(0x4, 'Blocks it covers; above MAX_EXTENT_BLOCKS: unwritten'),
  startHigh: le16(0x6, 'First block on disk, bits 32 to 47'),
  startLow: le32(0x8, 'First block on disk, lower half'),
} as const;

/** What follows the last entry there is room for, in nodes that are blocks of their own. */
export const EXTENT_TAIL = {
  checksum: le32(0x0, 'crc32c of the node up to here'),
} as const;

export const EXTENT_MAGIC = 0xf30a;
export const EXTENT_HEADER_BYTES = 12;
export const EXTENT_ENTRY_BYTES = 12;
export const EXTENT_TAIL_BYTES = 4;
export const MAX_EXTENT_BLOCKS = 32_768;
/** Entries the root in the inode has room for: (60 - 12) / 12. */
export const ROOT_EXTENT_ENTRIES = 4;
export const MAX_EXTENT_DEPTH = 5;
/** File blocks are numbered in 32 bits, and the last number is not used. */
export const MAX_FILE_BLOCKS = 2 ** 32 - 1;

/** Entries a node of its own block has room for. */
export function extentsPerNode(blockSizeBytes: number): number {
  const room = blockSizeBytes - EXTENT_HEADER_BYTES - EXTENT_TAIL_BYTES;
  return Math.floor(room / EXTENT_ENTRY_BYTES);
}
