import { Buffer } from 'buffer';
import { formatUuid } from '../uuid.js';
import { crc32c, CRC32C_START, filesystemSeed } from '../crc32c.js';
import { readBytes, readNumber } from '../../fields.js';
import type { NumberField } from '../../fields.js';
import { SHORT_GROUP_DESCRIPTOR_BYTES } from '../layout/group-descriptor.js';
import { CLASSIC_INODE_BYTES } from '../layout/inode.js';
import {
  ENCODING_STRICT,
  FIRST_INODE,
  STATE_CLEAN,
  STATE_ERRORS,
  STATE_ORPHANS,
  SUPERBLOCK,
  SUPERBLOCK_FLAGS,
  SUPERBLOCK_MAGIC,
} from '../layout/superblock.js';
import {
  geometryFindings,
  MAX_LOG_BLOCK_SIZE,
  MAX_LOG_CLUSTER_BLOCKS,
  MAX_LOG_GROUPS_PER_FLEX,
} from './geometry.js';
import { finding } from '../../findings.js';
import type { LocalFinding } from '../../findings.js';
import { nameFeatures } from './features.js';
import type { Ext4Feature, FeatureSet } from './features.js';
import type { Ext4Superblock } from './superblock.js';

export interface ParsedSuperblock {
  readonly superblock: Ext4Superblock;
  readonly featureSet: FeatureSet;
  /** What makes it unusable: numbers that contradict each other or the size of the image. */
  readonly problems: readonly LocalFinding[];
}

const NEVER_CHECK = 0xffff;

/** Whether these 1024 bytes begin to look like a superblock. */
export function hasSuperblockMagic(bytes: Uint8Array): boolean {
  return readNumber(SUPERBLOCK.magic, bytes) === SUPERBLOCK_MAGIC;
}

/**
 * Parses the 1024 bytes of a superblock (kernel Documentation/filesystems/ext4/super.rst).
 *
 * @param imageBytes size of the image, which the file system may not exceed
 */
export function parseSuperblock(bytes: Uint8Array, imageBytes: number): ParsedSuperblock {
  const get = (field: NumberField): number => readNumber(field, bytes);
  const wide = (low: NumberField, high: NumberField): number => get(low) + get(high) * 2 ** 32;
  const featureSet = nameFeatures(
    get(SUPERBLOCK.featureCompat),
    get(SUPERBLOCK.featureIncompat),
    get(SUPERBLOCK.featureRoCompat),
  );
  const { features } = featureSet;
  const is64Bit = features.has('64bit');
  const count = (low: NumberField, high: NumberField): number =>
    is64Bit ? wide(low, high) : get(low);
  const dynamic = get(SUPERBLOCK.revision) > 0;
  const uuidBytes = readBytes(SUPERBLOCK.uuid, bytes).slice();
  const blockCount = count(SUPERBLOCK.blocksCountLow, SUPERBLOCK.blocksCountHigh);
  const firstDataBlock = get(SUPERBLOCK.firstDataBlock);
  const blocksPerGroup = get(SUPERBLOCK.blocksPerGroup);
  const logBlockSize = Math.min(get(SUPERBLOCK.logBlockSize), MAX_LOG_BLOCK_SIZE);
  const seed = features.has('metadata_csum_seed')
    ? get(SUPERBLOCK.checksumSeed)
    : filesystemSeed(uuidBytes);
  const state = get(SUPERBLOCK.state);
  const maxMountCount = get(SUPERBLOCK.maxMountCount);
  const clusterBlockCount = features.has('bigalloc')
    ? 2 ** Math.min(get(SUPERBLOCK.logClusterSize) - logBlockSize, MAX_LOG_CLUSTER_BLOCKS)
    : 1;
  const superblock: Ext4Superblock = {
    label: text(readBytes(SUPERBLOCK.volumeName, bytes)),
    uuid: formatUuid(uuidBytes),
    blockSizeBytes: 1024 * 2 ** logBlockSize,
    blockCount,
    clusterBlockCount,
    freeBlockCount: count(SUPERBLOCK.freeBlocksCountLow, SUPERBLOCK.freeBlocksCountHigh),
    reservedBlockCount: count(
      SUPERBLOCK.reservedBlocksCountLow,
      SUPERBLOCK.reservedBlocksCountHigh,
    ),
    inodeCount: get(SUPERBLOCK.inodesCount),
    freeInodeCount: get(SUPERBLOCK.freeInodesCount),
    firstDataBlock,
    blocksPerGroup,
    clustersPerGroup: get(SUPERBLOCK.clustersPerGroup),
    inodesPerGroup: get(SUPERBLOCK.inodesPerGroup),
    groupCount: Math.ceil((blockCount - firstDataBlock) / Math.max(1, blocksPerGroup)),
    inodeSizeBytes: dynamic ? get(SUPERBLOCK.inodeSize) : CLASSIC_INODE_BYTES,
    firstInode: dynamic ? get(SUPERBLOCK.firstInode) : FIRST_INODE,
    descriptorSizeBytes: is64Bit ? get(SUPERBLOCK.descriptorSize) : SHORT_GROUP_DESCRIPTOR_BYTES,
    reservedDescriptorBlockCount: features.has('resize_inode')
      ? get(SUPERBLOCK.reservedDescriptorBlocks)
      : 0,
    firstMetaGroup: get(SUPERBLOCK.firstMetaGroup),
    backupGroups: [get(SUPERBLOCK.backupGroup0), get(SUPERBLOCK.backupGroup1)],
    groupsPerFlex: features.has('flex_bg')
      ? 2 ** Math.min(get(SUPERBLOCK.logGroupsPerFlex), MAX_LOG_GROUPS_PER_FLEX)
      : 1,
    features,
    unknownFeatures: featureSet.unknown,
    state: {
      clean: (state & STATE_CLEAN) !== 0,
      errors: (state & STATE_ERRORS) !== 0,
      orphans: (state & STATE_ORPHANS) !== 0,
    },
    madeSeconds: wide(SUPERBLOCK.makeTime, SUPERBLOCK.makeTimeHigh),
    writtenSeconds: wide(SUPERBLOCK.writeTime, SUPERBLOCK.writeTimeHigh),
    mountedSeconds: wide(SUPERBLOCK.mountTime, SUPERBLOCK.mountTimeHigh),
    checkedSeconds: wide(SUPERBLOCK.lastCheck, SUPERBLOCK.lastCheckHigh),
    mountCount: get(SUPERBLOCK.mountCount),
    maxMountCount: maxMountCount === NEVER_CHECK || maxMountCount === 0 ? undefined : maxMountCount,
    lastMountedAt: text(readBytes(SUPERBLOCK.lastMounted, bytes)),
    revision: get(SUPERBLOCK.revision),
    creatorOs: get(SUPERBLOCK.creatorOs),
    journal: features.has('has_journal') ? { inode: get(SUPERBLOCK.journalInode) } : undefined,
    lastOrphan: get(SUPERBLOCK.lastOrphan),
    orphanFileInode: features.has('orphan_file') ? get(SUPERBLOCK.orphanFileInode) : 0,
    quotaInodes: features.has('quota')
      ? [
          get(SUPERBLOCK.userQuotaInode),
          get(SUPERBLOCK.groupQuotaInode),
          get(SUPERBLOCK.projectQuotaInode),
        ]
      : [0, 0, 0],
    protectionBlock: features.has('mmp')
      ? wide(SUPERBLOCK.mmpBlockLow, SUPERBLOCK.mmpBlockHigh)
      : 0,
    minExtraIsize: get(SUPERBLOCK.minExtraIsize),
    wantExtraIsize: get(SUPERBLOCK.wantExtraIsize),
    hashSeed: readBytes(SUPERBLOCK.hashSeed, bytes).slice(),
    defaultHashVersion: get(SUPERBLOCK.defaultHashVersion),
    unsignedHash: (get(SUPERBLOCK.flags) & SUPERBLOCK_FLAGS.unsignedHash) !== 0,
    encoding: {
      id: get(SUPERBLOCK.encoding),
      isStrict: (get(SUPERBLOCK.encodingFlags) & ENCODING_STRICT) !== 0,
    },
    checksumSeed: features.has('metadata_csum') ? seed : undefined,
    valueHashSeed: seed,
    uuidBytes,
    blockGroupNumber: get(SUPERBLOCK.blockGroupNumber),
  };
  const problems = [
    ...checksumFindings(bytes, features),
    ...geometryFindings(superblock, bytes, imageBytes),
  ];
  return { superblock, featureSet, problems };
}

function checksumFindings(bytes: Uint8Array, features: ReadonlySet<Ext4Feature>): LocalFinding[] {
  if (!features.has('metadata_csum')) return [];
  const checksum = crc32c(CRC32C_START, bytes.subarray(0, SUPERBLOCK.checksum.offset));
  if (checksum === readNumber(SUPERBLOCK.checksum, bytes)) return [];
  return [finding('superblock-checksum', 'its checksum does not match its contents')];
}

function text(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return Buffer.from(end < 0 ? bytes : bytes.subarray(0, end)).toString('utf8');
}
