/** The unit of partition tables, extents of VMDKs and the block counts of inodes, whatever a disk's sectors are. */
export const SECTOR_BYTES = 512;
