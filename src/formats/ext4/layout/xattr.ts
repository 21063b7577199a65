import { byteField, le16, le32, u8 } from '../../fields.js';
import { INODE } from './inode.js';

/** Extended attributes: kernel Documentation/filesystems/ext4/attributes.rst. */
export const XATTR_INODE_HEADER = {
  magic: le32(0x0, 'XATTR_MAGIC; entries follow, and value offsets count from there'),
} as const;

export const XATTR_BLOCK_HEADER = {
  magic: le32(0x0, 'XATTR_MAGIC'),
  referenceCount: le32(0x4, 'Inodes that use this block'),
  blocks: le32(0x8, '1'),
  hash: le32(0xc, 'Hash of the hashes of all entries'),
  checksum: le32(
    0x10,
    'crc32c of the block number, 64 bits, and of the block with this field zero',
  ),
  reserved: byteField(0x14, 12, 'Zero'),
} as const;

/** An entry; its name follows, padded to four bytes. Four zero bytes end the entries. */
export const XATTR_ENTRY = {
  nameLength: u8(0x0, 'Bytes of the name without its namespace'),
  nameIndex: u8(0x1, 'XATTR_NAMESPACE'),
  valueOffset: le16(0x2, 'From the first entry in an inode, from the start of a block'),
  valueInode: le32(0x4, 'Inode that holds the value; 0: no ea_inode'),
  valueSize: le32(0x8, 'Bytes of the value'),
  hash: le32(0xc, 'Hash of name and value in a block; 0 in an inode'),
} as const;

/** What follows the last entry. */
export const XATTR_END = { mark: le32(0x0, '0, which begins no entry') } as const;

export const XATTR_MAGIC = 0xea02_0000;
export const XATTR_INODE_HEADER_BYTES = 4;
export const XATTR_BLOCK_HEADER_BYTES = 32;
export const XATTR_ENTRY_BYTES = 16;
export const XATTR_END_BYTES = 4;

/** What a name begins with, as the number that stands for it. */
export const XATTR_NAMESPACE = {
  user: 1,
  posixAclAccess: 2,
  posixAclDefault: 3,
  trusted: 4,
  security: 6,
  /** What only the kernel sets: `data`, where inline data goes on. */
  system: 7,
  /** What only the kernel sees: the context of encryption, under the name `c`. */
  encryption: 9,
} as const;

/** A POSIX ACL as programs exchange it: kernel include/uapi/linux/posix_acl_xattr.h. */
export const ACL_EXCHANGE_HEADER = { version: le32(0x0, '2') } as const;
export const ACL_EXCHANGE_ENTRY = {
  tag: le16(0x0, 'ACL_TAG'),
  permissions: le16(0x2, 'Bits 0 to 2: execute, write, read'),
  id: le32(0x4, 'User or group; meaningless for the other tags'),
} as const;
export const ACL_EXCHANGE_VERSION = 2;
export const ACL_EXCHANGE_HEADER_BYTES = 4;
export const ACL_EXCHANGE_ENTRY_BYTES = 8;

/** The same on disk, where only named users and groups have an id: kernel fs/ext4/acl.h. */
export const ACL_DISK_HEADER = { version: le32(0x0, '1') } as const;
export const ACL_DISK_ENTRY = {
  tag: le16(0x0, 'ACL_TAG'),
  permissions: le16(0x2, 'Bits 0 to 2: execute, write, read'),
  id: le32(0x4, 'User or group; the field is absent for the other tags'),
} as const;
export const ACL_DISK_VERSION = 1;
export const ACL_DISK_HEADER_BYTES = 4;
export const ACL_DISK_ENTRY_BYTES = 8;
export const ACL_DISK_SHORT_ENTRY_BYTES = 4;

/**
 * An inode that holds the value of an attribute (ea_inode) keeps a hash and a count in fields that no one
 * asks such an inode for: kernel Documentation/filesystems/ext4/attributes.rst, and fs/ext4/xattr.c.
 */
export const VALUE_INODE = {
  hash: INODE.accessTime,
  referencesHigh: INODE.changeTime,
  referencesLow: INODE.versionLow,
  /** In the place of all that, Lustre has the one inode that it belongs to; its generation is the same. */
  lustreOwner: INODE.modificationTime,
} as const;

export const ACL_TAG = {
  owner: 0x1,
  namedUser: 0x2,
  owningGroup: 0x4,
  namedGroup: 0x8,
  mask: 0x10,
  others: 0x20,
} as const;
