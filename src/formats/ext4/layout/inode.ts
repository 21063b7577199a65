import { byteField, le16, le32 } from '../../fields.js';

export const INODE_BYTES = 256;
/** Bytes of an inode before the fields that came with larger inodes. */
export const CLASSIC_INODE_BYTES = 128;
/** Bytes of those later fields; attributes stored in the inode follow them. */
export const EXTRA_ISIZE = 32;
/** Where they begin. */
export const INODE_XATTRS_OFFSET = CLASSIC_INODE_BYTES + EXTRA_ISIZE;

/** An inode: kernel Documentation/filesystems/ext4/inodes.rst. */
export const INODE = {
  mode: le16(0x0, 'FILE_TYPE and permission bits'),
  uidLow: le16(0x2, 'Owner, lower half'),
  sizeLow: le32(0x4, 'Size in bytes, lower half'),
  accessTime: le32(0x8, 'Seconds of the last access, signed'),
  changeTime: le32(0xc, 'Seconds of the last change of the inode, signed'),
  modificationTime: le32(0x10, 'Seconds of the last change of the data, signed'),
  deletionTime: le32(0x14, 'When it was deleted; 0: it was not'),
  gidLow: le16(0x18, 'Group, lower half'),
  linksCount: le16(0x1a, 'Names of this inode'),
  blocksLow: le32(0x1c, 'Blocks it takes, in units of 512 bytes, lower half'),
  flags: le32(0x20, 'INODE_FLAGS'),
  versionLow: le32(0x24, 'Change counter for NFS; 0'),
  block: byteField(0x28, 60, 'Extent tree root, fast symlink target, or device numbers'),
  generation: le32(0x64, 'File generation for NFS; 0. Part of the checksum seed'),
  fileAclLow: le32(0x68, 'Block of the extended attributes, lower half; 0: none'),
  sizeHigh: le32(0x6c, 'Size in bytes, upper half'),
  fragmentAddress: le32(0x70, 'Obsolete; 0'),
  blocksHigh: le16(0x74, 'Blocks it takes, bits 32 to 47'),
  fileAclHigh: le16(0x76, 'Block of the extended attributes, bits 32 to 47'),
  uidHigh: le16(0x78, 'Owner, upper half'),
  gidHigh: le16(0x7a, 'Group, upper half'),
  checksumLow: le16(0x7c, 'crc32c of the inode, lower half'),
  reserved: le16(0x7e, 'Padding; 0'),
  extraIsize: le16(0x80, 'Bytes beyond 128 that hold the fields below'),
  checksumHigh: le16(0x82, 'crc32c of the inode, upper half'),
  changeTimeExtra: le32(0x84, 'TIME_EXTRA of changeTime'),
  modificationTimeExtra: le32(0x88, 'TIME_EXTRA of modificationTime'),
  accessTimeExtra: le32(0x8c, 'TIME_EXTRA of accessTime'),
  creationTime: le32(0x90, 'Seconds of its creation, signed'),
  creationTimeExtra: le32(0x94, 'TIME_EXTRA of creationTime'),
  versionHigh: le32(0x98, 'Change counter, upper half; 0'),
  projectId: le32(0x9c, 'Project quota; 0'),
} as const;

/** Two bits extend the seconds, thirty hold nanoseconds (inodes.rst, "Inode Timestamps"). */
export const TIME_EXTRA = { epochBits: 2, nanosecondShift: 2 } as const;

export const FILE_TYPE = {
  fifo: 0x1000,
  characterDevice: 0x2000,
  directory: 0x4000,
  blockDevice: 0x6000,
  regular: 0x8000,
  symlink: 0xa000,
  socket: 0xc000,
} as const;

export const INODE_FLAGS = {
  immutable: 0x10,
  appendOnly: 0x20,
  encrypted: 0x800,
  index: 0x1000,
  imagic: 0x2000,
  /** i_blocks counts file system blocks, not 512-byte units. */
  hugeFile: 0x4_0000,
  extents: 0x8_0000,
  verity: 0x10_0000,
  /** The inode holds the value of a large attribute. */
  attributeValue: 0x20_0000,
  inlineData: 0x1000_0000,
  casefold: 0x4000_0000,
} as const;

/** Names an inode may have; a directory with more subdirectories says 1 (dir_nlink). */
export const MAX_LINKS = 65_000;

/** What the block field of a device holds. */
export const DEVICE = {
  old: le32(0x0, 'major << 8 | minor, each below 256; 0: see wide'),
  wide: le32(0x4, '12 bits of major between the 8 lower and 12 upper bits of minor'),
} as const;
