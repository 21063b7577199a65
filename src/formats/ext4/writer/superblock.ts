import { Buffer } from 'buffer';
import { crc32c, CRC32C_START } from '../crc32c.js';
import { high32, low16, low32, writeFields } from '../../fields.js';
import type { Geometry } from './geometry.js';
import { HASH_HALF_MD4 } from '../layout/directory.js';
import { GROUP_DESCRIPTOR_BYTES } from '../layout/group-descriptor.js';
import { EXTRA_ISIZE, INODE_BYTES } from '../layout/inode.js';
import {
  CHECKSUM_CRC32C,
  DEFAULT_MOUNT,
  ERRORS_CONTINUE,
  FEATURE_COMPAT,
  FEATURE_INCOMPAT,
  FEATURE_RO_COMPAT,
  FIRST_INODE,
  JOURNAL_BACKUP_BLOCKS,
  JOURNAL_INODE,
  STATE_CLEAN,
  SUPERBLOCK,
  SUPERBLOCK_BYTES,
  SUPERBLOCK_FLAGS,
  SUPERBLOCK_MAGIC,
} from '../layout/superblock.js';

export interface SuperblockFacts {
  readonly geometry: Geometry;
  readonly uuid: Uint8Array;
  readonly hashSeed: Uint8Array;
  readonly label: string;
  readonly epochSeconds: number;
  readonly freeBlockCount: number;
  readonly freeInodeCount: number;
  /** Group with a backup; 0: none. */
  readonly backupGroup: number;
  /** JOURNAL_BACKUP, when there is a journal. */
  readonly journalBackup: Uint8Array | undefined;
}

const NEVER_CHECK = 0xffff;
/** mke2fs's default: only the size of a flexible group matters to the allocator, not its place. */
const MIN_LOG_GROUPS_PER_FLEX = 4;

/**
 * Makes the 1024 bytes of a superblock, checksum and all.
 *
 * @param group the group that this copy lies in
 */
export function buildSuperblock(facts: SuperblockFacts, group: number): Uint8Array {
  const { geometry, epochSeconds } = facts;
  const { blockCount, blocksPerGroup, groupCount, inodesPerGroup } = geometry;
  const logBlockSize = Math.log2(geometry.blockSizeBytes / 1024);
  const time = low32(epochSeconds);
  const timeHigh = high32(epochSeconds);
  const superblock = new Uint8Array(SUPERBLOCK_BYTES);
  writeFields(SUPERBLOCK, superblock, 0, {
    inodesCount: groupCount * inodesPerGroup,
    blocksCountLow: low32(blockCount),
    blocksCountHigh: high32(blockCount),
    freeBlocksCountLow: low32(facts.freeBlockCount),
    freeBlocksCountHigh: high32(facts.freeBlockCount),
    freeInodesCount: facts.freeInodeCount,
    firstDataBlock: geometry.firstDataBlock,
    logBlockSize,
    logClusterSize: logBlockSize,
    blocksPerGroup,
    clustersPerGroup: blocksPerGroup,
    inodesPerGroup,
    writeTime: time,
    writeTimeHigh: timeHigh,
    lastCheck: time,
    lastCheckHigh: timeHigh,
    makeTime: time,
    makeTimeHigh: timeHigh,
    maxMountCount: NEVER_CHECK,
    magic: SUPERBLOCK_MAGIC,
    state: STATE_CLEAN,
    errors: ERRORS_CONTINUE,
    revision: 1,
    firstInode: FIRST_INODE,
    inodeSize: INODE_BYTES,
    blockGroupNumber: low16(group),
    featureCompat:
      FEATURE_COMPAT.extendedAttributes |
      FEATURE_COMPAT.directoryIndex |
      FEATURE_COMPAT.sparseSuper2 |
      (facts.journalBackup ? FEATURE_COMPAT.hasJournal : 0),
    featureIncompat:
      FEATURE_INCOMPAT.fileType |
      FEATURE_INCOMPAT.extents |
      FEATURE_INCOMPAT.sixtyFourBit |
      FEATURE_INCOMPAT.flexibleGroups,
    featureRoCompat:
      FEATURE_RO_COMPAT.sparseSuper |
      FEATURE_RO_COMPAT.largeFile |
      FEATURE_RO_COMPAT.hugeFile |
      FEATURE_RO_COMPAT.directoryLinks |
      FEATURE_RO_COMPAT.extraIsize |
      FEATURE_RO_COMPAT.metadataChecksums,
    uuid: facts.uuid,
    volumeName: Buffer.from(facts.label, 'utf8'),
    hashSeed: facts.hashSeed,
    defaultHashVersion: HASH_HALF_MD4,
    descriptorSize: GROUP_DESCRIPTOR_BYTES,
    defaultMountOptions: DEFAULT_MOUNT.userXattr | DEFAULT_MOUNT.acl,
    minExtraIsize: EXTRA_ISIZE,
    wantExtraIsize: EXTRA_ISIZE,
    flags: SUPERBLOCK_FLAGS.unsignedHash,
    backupGroup0: facts.backupGroup,
    logGroupsPerFlex: Math.max(MIN_LOG_GROUPS_PER_FLEX, Math.ceil(Math.log2(groupCount))),
    checksumType: CHECKSUM_CRC32C,
  });
  if (facts.journalBackup) {
    writeFields(SUPERBLOCK, superblock, 0, {
      journalInode: JOURNAL_INODE,
      journalBackupType: JOURNAL_BACKUP_BLOCKS,
      journalBlocks: facts.journalBackup,
    });
  }
  const covered = superblock.subarray(0, SUPERBLOCK.checksum.offset);
  writeFields(SUPERBLOCK, superblock, 0, { checksum: crc32c(CRC32C_START, covered) });
  return superblock;
}
