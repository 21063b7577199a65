import { le32 } from '../../fields.js';

/**
 * The block of multi-mount protection (kernel fs/ext4/ext4.h, `struct mmp_struct`). Only what is checked;
 * the checksum covers all before it.
 */
export const PROTECTION_BLOCK = {
  magic: le32(0x0, 'PROTECTION_MAGIC'),
  checksum: le32(0x3fc, 'crc32c of the bytes before, from the seed of the file system'),
} as const;

/** "MMP" in ASCII, as a number. */
export const PROTECTION_MAGIC = 0x004d_4d50;
