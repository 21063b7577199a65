import { le32 } from '../../fields.js';

/**
 * The end of every block of the orphan file; what comes before are inode numbers. Kernel
 * Documentation/filesystems/ext4/orphan.rst.
 */
export const ORPHAN_BLOCK_TAIL = {
  magic: le32(0x0, 'ORPHAN_BLOCK_MAGIC'),
  checksum: le32(
    0x4,
    'crc32c, by the seed of the inode, of the block number and the inode numbers',
  ),
} as const;

export const ORPHAN_BLOCK_MAGIC = 0x0b10_ca04;
export const ORPHAN_BLOCK_TAIL_BYTES = 8;
