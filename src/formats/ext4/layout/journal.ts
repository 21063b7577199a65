import { be32, byteField } from '../../fields.js';

/** The journal's superblock, in its first block: kernel Documentation/filesystems/ext4/journal.rst. */
export const JOURNAL_SUPERBLOCK = {
  magic: be32(0x0, 'JOURNAL_MAGIC'),
  blockType: be32(0x4, 'JOURNAL_SUPERBLOCK_V2'),
  headerSequence: be32(0x8, '0'),
  blockSize: be32(0xc, 'Bytes of a block, the same as the file system has'),
  blockCount: be32(0x10, 'Blocks of the journal, this one counted'),
  firstBlock: be32(0x14, 'First block of log data'),
  sequence: be32(0x18, 'First transaction expected in the log'),
  start: be32(0x1c, 'Where the log starts; 0: it is empty, nothing is to be recovered'),
  error: be32(0x20, 'Why the journal was aborted; 0: it was not'),
  featureCompat: be32(0x24, '0; the kernel sets what it wants when it mounts'),
  featureIncompat: be32(0x28, '0 likewise'),
  featureRoCompat: be32(0x2c, '0 likewise'),
  uuid: byteField(0x30, 16, 'UUID of the journal; the file system has the same'),
  userCount: be32(0x40, 'File systems that share it: 1'),
  dynamicSuperblock: be32(0x44, '0: no copy'),
  maxTransaction: be32(0x48, '0: no limit'),
  maxTransactionData: be32(0x4c, '0: no limit'),
  checksumType: be32(0x50, 'First byte: kind of checksum; 0: none, no feature asks for it'),
  fastCommitBlocks: be32(0x54, '0: no fast commits'),
  head: be32(0x58, '0: unknown'),
  padding: byteField(0x5c, 160, 'Zero'),
  checksum: be32(0xfc, '0: no feature asks for it'),
  users: byteField(0x100, 768, 'UUIDs of file systems that share an external journal; zero'),
} as const;

export const JOURNAL_MAGIC = 0xc03b_3998;
export const JOURNAL_SUPERBLOCK_V1 = 3;
export const JOURNAL_SUPERBLOCK_V2 = 4;
export const JOURNAL_SUPERBLOCK_BYTES = 1024;
export const JOURNAL_FEATURE_INCOMPAT = {
  revoke: 0x1,
  sixtyFourBit: 0x2,
  asyncCommit: 0x4,
  checksumV2: 0x8,
  checksumV3: 0x10,
  fastCommit: 0x20,
} as const;
/** What the kernel and mke2fs take. */
export const MIN_JOURNAL_BLOCKS = 1024;
export const MAX_JOURNAL_BLOCKS = 10_240_000;
