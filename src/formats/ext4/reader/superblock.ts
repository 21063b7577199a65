import { crc32c, CRC32C_START, filesystemSeed } from '../crc32c.js';
import { readBytes, readNumber } from '../fields.js';
import type { NumberField } from '../fields.js';
import {
  GROUP_DESCRIPTOR_BYTES,
  SHORT_GROUP_DESCRIPTOR_BYTES,
} from '../layout/group-descriptor.js';
import { CLASSIC_INODE_BYTES } from '../layout/inode.js';
import {
  FIRST_INODE,
  STATE_CLEAN,
  STATE_ERRORS,
  STATE_ORPHANS,
  SUPERBLOCK,
  SUPERBLOCK_FLAGS,
  SUPERBLOCK_MAGIC,
} from '../layout/superblock.js';
import { fault } from './fault.js';
import type { Fault } from './fault.js';
import { nameFeatures } from './features.js';
import type { Ext4Feature, FeatureSet } from './features.js';

/** What the superblock says. Sizes are in bytes, times in seconds since 1970 (0: never). */
export interface Ext4Superblock {
  /** The label as UTF-8; what is not UTF-8 is replaced. */
  readonly label: string;
  /** In the usual form of 8-4-4-4-12 hex digits. */
  readonly uuid: string;
  readonly blockSizeBytes: number;
  readonly blockCount: number;
  readonly freeBlockCount: number;
  /** Blocks only root may use. */
  readonly reservedBlockCount: number;
  readonly inodeCount: number;
  readonly freeInodeCount: number;
  /** 1 when blocks have 1 KiB, else 0: where group 0 begins. */
  readonly firstDataBlock: number;
  readonly blocksPerGroup: number;
  readonly inodesPerGroup: number;
  readonly groupCount: number;
  readonly inodeSizeBytes: number;
  /** First inode that is not reserved. */
  readonly firstInode: number;
  readonly descriptorSizeBytes: number;
  /** Blocks after the descriptors that are kept for more of them. */
  readonly reservedDescriptorBlockCount: number;
  /** With meta_bg, the first meta group that keeps its descriptors within itself. */
  readonly firstMetaGroup: number;
  /** With sparse_super2, the groups that have a backup; 0: none. */
  readonly backupGroups: readonly [number, number];
  /** Groups whose metadata lies together; 1 without flex_bg. */
  readonly groupsPerFlex: number;
  readonly features: ReadonlySet<Ext4Feature>;
  /** Feature bits without a name. */
  readonly unknownFeatures: readonly string[];
  readonly state: { readonly clean: boolean; readonly errors: boolean; readonly orphans: boolean };
  readonly madeSeconds: number;
  readonly writtenSeconds: number;
  readonly mountedSeconds: number;
  readonly checkedSeconds: number;
  readonly mountCount: number;
  /** Mounts until a check is due; undefined: never. */
  readonly maxMountCount: number | undefined;
  readonly lastMountedAt: string;
  readonly revision: number;
  readonly creatorOs: number;
  /** Undefined without a journal. `inode` is 0 for a journal on another device. */
  readonly journal: { readonly inode: number } | undefined;
  /** Head of the list of inodes that were deleted while open; 0: none. */
  readonly lastOrphan: number;
  /** The orphan file; 0: none. */
  readonly orphanFileInode: number;
  /** Inodes of the user, group and project quota; 0: none. */
  readonly quotaInodes: readonly [number, number, number];
  /** The block of multi-mount protection; 0: none. */
  readonly protectionBlock: number;
  /** Bytes beyond 128 that every inode has. */
  readonly minExtraIsize: number;
  readonly wantExtraIsize: number;
  readonly hashSeed: Uint8Array;
  readonly defaultHashVersion: number;
  /** Whether names are hashed with their bytes taken as unsigned. */
  readonly unsignedHash: boolean;
  /** What every metadata checksum starts from; undefined without metadata_csum. */
  readonly checksumSeed: number | undefined;
  /** The 16 bytes of the UUID. */
  readonly uuidBytes: Uint8Array;
  /** Which group this copy says it lies in. */
  readonly blockGroupNumber: number;
}

export interface ParsedSuperblock {
  readonly superblock: Ext4Superblock;
  readonly featureSet: FeatureSet;
  /** What makes it unusable: numbers that contradict each other or the size of the image. */
  readonly faults: readonly Fault[];
}

const MAX_LOG_BLOCK_SIZE = 6;
const MAX_DESCRIPTOR_BYTES = 1024;
const MAX_LOG_GROUPS_PER_FLEX = 31;
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
  const state = get(SUPERBLOCK.state);
  const maxMountCount = get(SUPERBLOCK.maxMountCount);
  const superblock: Ext4Superblock = {
    label: text(readBytes(SUPERBLOCK.volumeName, bytes)),
    uuid: formatUuid(uuidBytes),
    blockSizeBytes: 1024 * 2 ** Math.min(get(SUPERBLOCK.logBlockSize), MAX_LOG_BLOCK_SIZE),
    blockCount,
    freeBlockCount: count(SUPERBLOCK.freeBlocksCountLow, SUPERBLOCK.freeBlocksCountHigh),
    reservedBlockCount: count(
      SUPERBLOCK.reservedBlocksCountLow,
      SUPERBLOCK.reservedBlocksCountHigh,
    ),
    inodeCount: get(SUPERBLOCK.inodesCount),
    freeInodeCount: get(SUPERBLOCK.freeInodesCount),
    firstDataBlock,
    blocksPerGroup,
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
    checksumSeed: checksumSeed(features, uuidBytes, get(SUPERBLOCK.checksumSeed)),
    uuidBytes,
    blockGroupNumber: get(SUPERBLOCK.blockGroupNumber),
  };
  const faults = [
    ...checksumFaults(bytes, features),
    ...geometryFaults(superblock, bytes, imageBytes),
  ];
  return { superblock, featureSet, faults };
}

/** Whether a group begins with a copy of the superblock and the descriptors. */
export function hasBackup(superblock: Ext4Superblock, group: number): boolean {
  if (group === 0) return true;
  const { features, backupGroups } = superblock;
  if (features.has('sparse_super2')) return backupGroups.includes(group);
  if (group === 1 || !features.has('sparse_super')) return true;
  return [3, 5, 7].some((base) => isPower(group, base));
}

function isPower(value: number, base: number): boolean {
  let power = base;
  while (power < value) power *= base;
  return power === value;
}

function checksumSeed(
  features: ReadonlySet<Ext4Feature>,
  uuid: Uint8Array,
  stored: number,
): number | undefined {
  if (!features.has('metadata_csum')) return undefined;
  return features.has('metadata_csum_seed') ? stored : filesystemSeed(uuid);
}

function checksumFaults(bytes: Uint8Array, features: ReadonlySet<Ext4Feature>): Fault[] {
  if (!features.has('metadata_csum')) return [];
  const checksum = crc32c(CRC32C_START, bytes.subarray(0, SUPERBLOCK.checksum.offset));
  if (checksum === readNumber(SUPERBLOCK.checksum, bytes)) return [];
  return [fault('superblock-checksum', 'its checksum does not match its contents')];
}

/** Everything that places in the image are computed from, bounded. */
function geometryFaults(
  superblock: Ext4Superblock,
  bytes: Uint8Array,
  imageBytes: number,
): Fault[] {
  const { blockSizeBytes, blockCount, firstDataBlock, blocksPerGroup, inodesPerGroup } = superblock;
  const { inodeSizeBytes, groupCount, inodeCount, firstInode } = superblock;
  const bad: Fault[] = [];
  const expect = (good: boolean, message: string): void => {
    if (!good) bad.push(fault('superblock-geometry', message));
  };
  const logBlockSize = readNumber(SUPERBLOCK.logBlockSize, bytes);
  const isDescriptorSize = (value: number): boolean =>
    value <= MAX_DESCRIPTOR_BYTES && isPowerOfTwo(value);
  const isPowerOfTwo = (value: number): boolean => value > 0 && Number.isInteger(Math.log2(value));
  expect(logBlockSize <= MAX_LOG_BLOCK_SIZE, `a block size of 2^${10 + logBlockSize} bytes`);
  expect(
    readNumber(SUPERBLOCK.logClusterSize, bytes) === logBlockSize ||
      superblock.features.has('bigalloc'),
    'clusters and blocks differ in size',
  );
  expect(superblock.revision <= 1, `the unknown revision ${superblock.revision}`);
  expect(
    firstDataBlock === (blockSizeBytes === 1024 ? 1 : 0),
    `group 0 cannot begin at block ${firstDataBlock}`,
  );
  expect(blockCount > firstDataBlock, `a file system of ${blockCount} blocks`);
  expect(
    blockCount <= Math.floor(imageBytes / blockSizeBytes),
    `the file system has ${blockCount} blocks of ${blockSizeBytes} bytes, the image only ${imageBytes} bytes`,
  );
  expect(
    blocksPerGroup >= 8 && blocksPerGroup % 8 === 0 && blocksPerGroup <= 8 * blockSizeBytes,
    `${blocksPerGroup} blocks in a group`,
  );
  expect(
    inodeSizeBytes >= CLASSIC_INODE_BYTES &&
      inodeSizeBytes <= blockSizeBytes &&
      isPowerOfTwo(inodeSizeBytes),
    `inodes of ${inodeSizeBytes} bytes`,
  );
  expect(
    inodesPerGroup >= 8 && inodesPerGroup % 8 === 0 && inodesPerGroup <= 8 * blockSizeBytes,
    `${inodesPerGroup} inodes in a group`,
  );
  expect(
    inodeCount === inodesPerGroup * groupCount,
    `${inodeCount} inodes in ${groupCount} groups of ${inodesPerGroup}`,
  );
  expect(
    firstInode >= FIRST_INODE && firstInode <= inodeCount,
    `the first unreserved inode is ${firstInode}`,
  );
  // Without the 64bit feature nothing depends on the field, which is mostly zero then.
  const descriptorField = readNumber(SUPERBLOCK.descriptorSize, bytes);
  expect(
    superblock.features.has('64bit')
      ? descriptorField >= GROUP_DESCRIPTOR_BYTES && isDescriptorSize(descriptorField)
      : descriptorField === 0 || isDescriptorSize(descriptorField),
    `group descriptors of ${descriptorField} bytes`,
  );
  expect(
    readNumber(SUPERBLOCK.clustersPerGroup, bytes) === blocksPerGroup ||
      superblock.features.has('bigalloc'),
    'clusters and blocks differ in number',
  );
  const logGroupsPerFlex = readNumber(SUPERBLOCK.logGroupsPerFlex, bytes);
  expect(logGroupsPerFlex <= MAX_LOG_GROUPS_PER_FLEX, `flexible groups of 2^${logGroupsPerFlex}`);
  return bad;
}

function text(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return Buffer.from(end < 0 ? bytes : bytes.subarray(0, end)).toString('utf8');
}

function formatUuid(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
