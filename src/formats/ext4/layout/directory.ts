import { byteField, le16, le32, u8 } from '../../fields.js';

/** A directory entry: kernel Documentation/filesystems/ext4/directory.rst, "ext4_dir_entry_2". */
export const DIRECTORY_ENTRY = {
  inode: le32(0x0, 'Inode it names; 0: unused'),
  recordLength: le16(0x4, 'Bytes to the next entry; the last one reaches the end of the block'),
  nameLength: u8(0x6, 'Bytes of the name'),
  fileType: u8(0x7, 'DIRECTORY_FILE_TYPE'),
} as const;

/** The fake entry at the end of a leaf block that holds its checksum: "ext4_dir_entry_tail". */
export const DIRECTORY_TAIL = {
  reservedInode: le32(0x0, '0: reads as an unused entry'),
  recordLength: le16(0x4, 'DIRECTORY_TAIL_BYTES'),
  reservedNameLength: u8(0x6, '0: no name'),
  fileType: u8(0x7, 'DIRECTORY_TAIL_FILE_TYPE'),
  checksum: le32(0x8, 'crc32c of the block up to this entry'),
} as const;

/** What follows the name, padded to four bytes, in encrypted directories without case: "ext4_dir_entry_hash". */
export const DIRECTORY_ENTRY_HASHES = {
  hash: le32(0x0, 'Hash of the name'),
  minorHash: le32(0x4, 'Orders names whose hashes are the same'),
} as const;
export const DIRECTORY_ENTRY_HASHES_BYTES = 8;

export const DIRECTORY_ENTRY_HEADER_BYTES = 8;
export const DIRECTORY_TAIL_BYTES = 12;
export const DIRECTORY_TAIL_FILE_TYPE = 0xde;
export const MAX_NAME_BYTES = 255;

export const DIRECTORY_FILE_TYPE = {
  regular: 1,
  directory: 2,
  characterDevice: 3,
  blockDevice: 4,
  fifo: 5,
  socket: 6,
  symlink: 7,
} as const;

/**
 * The hash tree's root, in block 0 of the directory: "dx_root". It begins with the entries `.` and
 * `..`, the latter of which hides the rest of the block from readers that know no index.
 */
export const INDEX_ROOT = {
  dot: byteField(0x0, 12, 'Entry "."'),
  dotDot: byteField(0xc, 12, 'Entry "..", to the end of the block'),
  reserved: le32(0x18, '0'),
  hashVersion: u8(0x1c, 'HASH_HALF_MD4'),
  infoLength: u8(0x1d, '8'),
  indirectLevels: u8(0x1e, 'Levels of inner nodes below the root'),
  unusedFlags: u8(0x1f, '0'),
} as const;

/** Bytes from the start of the block to the table of a root, and of an inner node ("dx_node"). */
export const INDEX_ROOT_TABLE_OFFSET = 0x20;
export const INDEX_NODE_TABLE_OFFSET = 0x8;
export const INDEX_INFO_LENGTH = 8;

/** The table of a root or node: its first entry's hash is zero, in its place stand two counts. */
export const INDEX_TABLE = {
  limit: le16(0x0, 'Entries there is room for'),
  count: le16(0x2, 'Entries in use, this one counted'),
  firstBlock: le32(0x4, 'Directory block for hashes below the next entry'),
} as const;

export const INDEX_ENTRY = {
  hash: le32(
    0x0,
    'Lowest hash in the block; lowest bit: names with this hash start in the one before',
  ),
  block: le32(0x4, 'Directory block'),
} as const;

/** What follows the last entry there is room for: "dx_tail". */
export const INDEX_TAIL = {
  reserved: le32(0x0, '0'),
  checksum: le32(
    0x4,
    'crc32c of the block up to the last entry in use, of reserved, of a zero word',
  ),
} as const;

export const INDEX_ENTRY_BYTES = 8;
export const INDEX_TAIL_BYTES = 8;
/** Levels of inner nodes that are allowed without the large_dir feature. */
export const MAX_INDIRECT_LEVELS = 1;
export const HASH_LEGACY = 0;
export const HASH_HALF_MD4 = 1;
export const HASH_TEA = 2;
/** SipHash with a key that only the kernel has; the entries hold the hashes. */
export const HASH_SIP = 6;
/** Added to a version whose bytes are unsigned whatever the superblock's flags say. */
export const HASH_UNSIGNED = 3;

/** A directory whose entries lie in its inode has no `.` and `..`, but this before its entries. */
export const INLINE_DIRECTORY = {
  parent: le32(0x0, 'Inode of the parent directory'),
} as const;
