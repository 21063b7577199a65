/**
 * The block map that inodes without extents have: kernel Documentation/filesystems/ext4/ifork.rst,
 * "Direct/Indirect Block Addressing". Its pointers are 32-bit little-endian block numbers; 0 is a hole.
 */
export const BLOCK_MAP = {
  /** Pointers in the inode that lead to data. */
  directPointers: 12,
  /** Pointers that follow them: to blocks of pointers, of blocks of pointers, and so once more. */
  indirectPointers: 3,
  pointerBytes: 4,
} as const;
