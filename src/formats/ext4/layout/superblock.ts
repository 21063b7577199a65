import { byteField, le16, le32, u8 } from '../../fields.js';

/** Where the superblock lies in the image, whatever the block size. */
export const SUPERBLOCK_OFFSET = 1024;
export const SUPERBLOCK_BYTES = 1024;

/** The superblock: kernel Documentation/filesystems/ext4/super.rst, "struct ext4_super_block". */
export const SUPERBLOCK = {
  inodesCount: le32(0x0, 'Inodes in the file system'),
  blocksCountLow: le32(0x4, 'Blocks in the file system, lower half'),
  reservedBlocksCountLow: le32(0x8, 'Blocks only root may use; 0: none are reserved'),
  freeBlocksCountLow: le32(0xc, 'Free blocks, lower half'),
  freeInodesCount: le32(0x10, 'Free inodes'),
  firstDataBlock: le32(0x14, 'Block that holds the superblock: 1 for 1 KiB blocks, else 0'),
  logBlockSize: le32(0x18, 'Block size is 2^(10 + this)'),
  logClusterSize: le32(
    0x1c,
    'Cluster size is 2^(10 + this); without bigalloc same as logBlockSize',
  ),
  blocksPerGroup: le32(0x20, 'Blocks in a group'),
  clustersPerGroup: le32(0x24, 'Clusters in a group; without bigalloc same as blocksPerGroup'),
  inodesPerGroup: le32(0x28, 'Inodes in a group'),
  mountTime: le32(0x2c, 'Last mount; 0: never'),
  writeTime: le32(0x30, 'Last write, seconds since 1970'),
  mountCount: le16(0x34, 'Mounts since the last check'),
  maxMountCount: le16(0x36, 'Mounts until a check is due; 0xffff: never'),
  magic: le16(0x38, 'SUPERBLOCK_MAGIC'),
  state: le16(0x3a, 'STATE_CLEAN'),
  errors: le16(0x3c, 'What the kernel does about errors: ERRORS_CONTINUE'),
  minorRevision: le16(0x3e, 'Minor revision; 0'),
  lastCheck: le32(0x40, 'Last check, seconds since 1970'),
  checkInterval: le32(0x44, 'Seconds between checks; 0: none are due'),
  creatorOs: le32(0x48, '0: Linux'),
  revision: le32(0x4c, '1: dynamic inode sizes'),
  defaultReservedUid: le16(0x50, 'User of the reserved blocks; 0'),
  defaultReservedGid: le16(0x52, 'Group of the reserved blocks; 0'),
  firstInode: le32(0x54, 'First inode that is not reserved: FIRST_INODE'),
  inodeSize: le16(0x58, 'Bytes of an inode'),
  blockGroupNumber: le16(0x5a, 'Group that this copy lies in'),
  featureCompat: le32(0x5c, 'FEATURE_COMPAT: may be ignored'),
  featureIncompat: le32(0x60, 'FEATURE_INCOMPAT: must be known to mount'),
  featureRoCompat: le32(0x64, 'FEATURE_RO_COMPAT: must be known to write'),
  uuid: byteField(0x68, 16, 'UUID; also seeds every metadata checksum'),
  volumeName: byteField(0x78, 16, 'Label, padded with NUL'),
  lastMounted: byteField(0x88, 64, 'Where it was last mounted; empty: never'),
  algorithmUsageBitmap: le32(0xc8, 'Compression; 0: not in Linux'),
  preallocatedBlocks: u8(0xcc, 'Blocks to preallocate for files; 0: the kernel decides'),
  preallocatedDirectoryBlocks: u8(0xcd, 'The same for directories; 0'),
  reservedDescriptorBlocks: le16(0xce, 'Room for online growth; 0: no resize_inode'),
  journalUuid: byteField(0xd0, 16, 'UUID of an external journal; zero: none'),
  journalInode: le32(0xe0, 'Inode of the journal; 0: none'),
  journalDevice: le32(0xe4, 'Device of an external journal; 0: none'),
  lastOrphan: le32(0xe8, 'Head of the list of unlinked open inodes; 0: none'),
  hashSeed: byteField(0xec, 16, 'Seed of the directory hash: four little-endian words'),
  defaultHashVersion: u8(0xfc, 'Directory hash: HASH_HALF_MD4'),
  journalBackupType: u8(0xfd, '1: journalBlocks is a copy of the journal inode'),
  descriptorSize: le16(0xfe, 'Bytes of a group descriptor, with the 64bit feature'),
  defaultMountOptions: le32(0x100, 'DEFAULT_MOUNT'),
  firstMetaGroup: le32(0x104, 'First meta block group; 0: no meta_bg'),
  makeTime: le32(0x108, 'When the file system was made, seconds since 1970'),
  journalBlocks: byteField(0x10c, 68, 'JOURNAL_BACKUP'),
  blocksCountHigh: le32(0x150, 'Blocks in the file system, upper half'),
  reservedBlocksCountHigh: le32(0x154, 'Reserved blocks, upper half; 0'),
  freeBlocksCountHigh: le32(0x158, 'Free blocks, upper half'),
  minExtraIsize: le16(0x15c, 'Bytes beyond 128 that every inode has'),
  wantExtraIsize: le16(0x15e, 'Bytes beyond 128 that new inodes should get'),
  flags: le32(0x160, 'SUPERBLOCK_FLAGS'),
  raidStride: le16(0x164, 'RAID stride; 0: unknown'),
  mmpInterval: le16(0x166, 'Multi-mount protection; 0: off'),
  mmpBlockLow: le32(0x168, 'Block of multi-mount protection, lower half; 0: off'),
  mmpBlockHigh: le32(0x16c, 'The same, upper half'),
  raidStripeWidth: le32(0x170, 'RAID stripe width; 0: unknown'),
  logGroupsPerFlex: u8(0x174, 'Groups in a flexible group are 2^this'),
  checksumType: u8(0x175, '1: crc32c'),
  encryptionLevel: u8(0x176, '0: no encryption'),
  kbytesWritten: byteField(0x178, 8, 'KiB written over its life; zero: none by a kernel'),
  snapshots: byteField(0x180, 20, 'Snapshot fields; zero: not in Linux'),
  errorLog: byteField(0x194, 108, 'Count, times and places of errors; zero: none seen'),
  mountOptions: byteField(0x200, 64, 'Mount options as text; empty'),
  userQuotaInode: le32(0x240, 'User quota file; 0: none'),
  groupQuotaInode: le32(0x244, 'Group quota file; 0: none'),
  overheadClusters: le32(0x248, 'Blocks that hold no data; 0: the kernel counts them at mount'),
  backupGroup0: le32(0x24c, 'With sparse_super2, the group of a backup; 0: none'),
  backupGroup1: le32(0x250, 'With sparse_super2, the group of another backup; 0: none'),
  encryption: byteField(0x254, 20, 'Encryption algorithms and salt; zero: none'),
  lostAndFoundInode: le32(0x268, 'Inode of lost+found; 0: found by its name'),
  projectQuotaInode: le32(0x26c, 'Project quota file; 0: none'),
  checksumSeed: le32(0x270, 'With metadata_csum_seed; 0: the seed comes from the UUID'),
  writeTimeHigh: u8(0x274, 'Bits 32 to 39 of writeTime'),
  mountTimeHigh: u8(0x275, 'Bits 32 to 39 of mountTime'),
  makeTimeHigh: u8(0x276, 'Bits 32 to 39 of makeTime'),
  lastCheckHigh: u8(0x277, 'Bits 32 to 39 of lastCheck'),
  errorTimesHigh: byteField(0x278, 4, 'Upper bits and codes of the error log; zero'),
  encoding: le16(0x27c, 'Character set of names; 0: bytes, no casefold'),
  encodingFlags: le16(0x27e, '0: no casefold'),
  orphanFileInode: le32(0x280, 'Orphan file; 0: none'),
  reserved: byteField(0x284, 376, 'Padding; zero'),
  checksum: le32(0x3fc, 'crc32c of everything before it'),
} as const;

/** The superblock's copy of what is essential in the journal's inode. */
export const JOURNAL_BACKUP = {
  block: byteField(0x0, 60, 'Its block field: the root of its extent tree'),
  sizeHigh: le32(0x3c, 'Size in bytes, upper half'),
  sizeLow: le32(0x40, 'Size in bytes, lower half'),
} as const;

export const SUPERBLOCK_MAGIC = 0xef53;
export const STATE_CLEAN = 1;
/** Bits of the state besides: errors were found; orphans are being cleaned up. */
export const STATE_ERRORS = 2;
export const STATE_ORPHANS = 4;
export const ERRORS_CONTINUE = 1;
export const CHECKSUM_CRC32C = 1;
export const JOURNAL_BACKUP_BLOCKS = 1;

/** Inodes with a fixed number; 3 to 10 but the journal are unused. */
export const ROOT_INODE = 2;
export const JOURNAL_INODE = 8;
/** Lists the blocks reserved for growth of the descriptors (resize_inode). */
export const RESIZE_INODE = 7;
/** Lists blocks that the medium cannot hold. */
export const BAD_BLOCKS_INODE = 1;
/** The first inode that is not reserved, which is lost+found by custom. */
export const FIRST_INODE = 11;

/** Features a driver may ignore. */
export const FEATURE_COMPAT = {
  directoryPreallocation: 0x1,
  imagicInodes: 0x2,
  hasJournal: 0x4,
  extendedAttributes: 0x8,
  resizeInode: 0x10,
  directoryIndex: 0x20,
  lazyGroups: 0x40,
  excludeInode: 0x80,
  excludeBitmap: 0x100,
  sparseSuper2: 0x200,
  fastCommit: 0x400,
  stableInodes: 0x800,
  orphanFile: 0x1000,
} as const;

/** Features a driver must know to mount. */
export const FEATURE_INCOMPAT = {
  compression: 0x1,
  fileType: 0x2,
  needsRecovery: 0x4,
  journalDevice: 0x8,
  metaGroups: 0x10,
  extents: 0x40,
  sixtyFourBit: 0x80,
  multiMountProtection: 0x100,
  flexibleGroups: 0x200,
  attributeInodes: 0x400,
  directoryData: 0x1000,
  checksumSeed: 0x2000,
  largeDirectories: 0x4000,
  inlineData: 0x8000,
  encryption: 0x1_0000,
  casefold: 0x2_0000,
} as const;

/** Features a driver must know to write. */
export const FEATURE_RO_COMPAT = {
  sparseSuper: 0x1,
  largeFile: 0x2,
  btreeDirectories: 0x4,
  hugeFile: 0x8,
  descriptorChecksums: 0x10,
  directoryLinks: 0x20,
  extraIsize: 0x40,
  snapshots: 0x80,
  quota: 0x100,
  bigalloc: 0x200,
  metadataChecksums: 0x400,
  replica: 0x800,
  readOnly: 0x1000,
  projectQuota: 0x2000,
  sharedBlocks: 0x4000,
  verity: 0x8000,
  orphansPresent: 0x1_0000,
} as const;

/** The one character set there is for names without case: UTF-8, of Unicode 12.1. */
export const ENCODING_UTF8 = 1;
/** In encodingFlags: names that are not of the character set are refused. */
export const ENCODING_STRICT = 1;

export const SUPERBLOCK_FLAGS = { signedHash: 0x1, unsignedHash: 0x2 } as const;
export const DEFAULT_MOUNT = { userXattr: 0x4, acl: 0x8 } as const;
