import { le16, le32 } from '../../fields.js';

/** Bytes of a group descriptor with the 64bit feature. */
export const GROUP_DESCRIPTOR_BYTES = 64;
/** The same without it: the fields from 0x20 on are absent. */
export const SHORT_GROUP_DESCRIPTOR_BYTES = 32;

/** A group descriptor: kernel Documentation/filesystems/ext4/group_descr.rst. */
export const GROUP_DESCRIPTOR = {
  blockBitmapLow: le32(0x0, 'Block of the block bitmap, lower half'),
  inodeBitmapLow: le32(0x4, 'Block of the inode bitmap, lower half'),
  inodeTableLow: le32(0x8, 'First block of the inode table, lower half'),
  freeBlocksLow: le16(0xc, 'Free blocks, lower half'),
  freeInodesLow: le16(0xe, 'Free inodes, lower half'),
  usedDirectoriesLow: le16(0x10, 'Directories, lower half'),
  flags: le16(0x12, 'GROUP_FLAGS'),
  excludeBitmapLow: le32(0x14, 'Snapshot bitmap; 0: not in Linux'),
  blockBitmapChecksumLow: le16(0x18, 'crc32c of the block bitmap, lower half'),
  inodeBitmapChecksumLow: le16(0x1a, 'crc32c of the inode bitmap, lower half'),
  unusedInodesLow: le16(0x1c, 'Inodes at the end of the table never used, lower half'),
  checksum: le16(0x1e, 'Lower half of the crc32c of the group number and the descriptor'),
  blockBitmapHigh: le32(0x20, 'Block of the block bitmap, upper half'),
  inodeBitmapHigh: le32(0x24, 'Block of the inode bitmap, upper half'),
  inodeTableHigh: le32(0x28, 'First block of the inode table, upper half'),
  freeBlocksHigh: le16(0x2c, 'Free blocks, upper half; 0: a group holds at most 32,768'),
  freeInodesHigh: le16(0x2e, 'Free inodes, upper half; 0 likewise'),
  usedDirectoriesHigh: le16(0x30, 'Directories, upper half; 0 likewise'),
  unusedInodesHigh: le16(0x32, 'Unused inodes, upper half; 0 likewise'),
  excludeBitmapHigh: le32(0x34, 'Snapshot bitmap; 0'),
  blockBitmapChecksumHigh: le16(0x38, 'crc32c of the block bitmap, upper half'),
  inodeBitmapChecksumHigh: le16(0x3a, 'crc32c of the inode bitmap, upper half'),
  reserved: le32(0x3c, 'Padding; 0'),
} as const;

export const GROUP_FLAGS = {
  /** No inode in use: neither the inode bitmap nor the table has been written. */
  inodesUninitialised: 0x1,
  /** No block in use but the group's own metadata: the block bitmap has not been written. */
  blocksUninitialised: 0x2,
  /** The unused part of the inode table reads as zeros. */
  inodeTableZeroed: 0x4,
} as const;
