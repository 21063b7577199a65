import { le32 } from '../../fields.js';

/**
 * Quota files, format v2r1, in blocks of 1 KiB whatever the file system's: a header, a radix tree of four
 * levels over the identifiers, a byte of them each, and blocks of entries. Kernel fs/quota/quotaio_v2.h
 * and fs/quota/quota_tree.h.
 */
export const QUOTA_BLOCK_BYTES = 1024;

/** At the start of block 0. */
export const QUOTA_HEADER = {
  magic: le32(0x0, 'QUOTA_MAGICS'),
  version: le32(0x4, '1: entries of 72 bytes'),
} as const;

export const QUOTA_VERSION = 1;

/** Of users', groups' and projects' files. */
export const QUOTA_MAGICS = [0xd9c0_1f11, 0xd9c0_1927, 0xd9c0_3f14] as const;

/** The block of the tree's root. Blocks of the tree hold 256 block numbers; 0: nothing there. */
export const QUOTA_ROOT_BLOCK = 1;
export const QUOTA_TREE_DEPTH = 4;

/** The head of a block of entries, which follow; an entry of zeros is not in use. */
export const QUOTA_LEAF_BYTES = 16;

export const QUOTA_ENTRY_BYTES = 72;
export const QUOTA_ENTRY = {
  id: le32(0x0, 'User, group or project'),
  inodesLow: le32(0x18, 'Inodes in use, lower half'),
  inodesHigh: le32(0x1c, 'Inodes in use, upper half'),
  bytesLow: le32(0x30, 'Bytes in use, lower half'),
  bytesHigh: le32(0x34, 'Bytes in use, upper half'),
} as const;
