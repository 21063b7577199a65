import type { Ext4Superblock } from '../../formats/ext4/reader/superblock.js';
import type { Volume } from '../../formats/ext4/reader/volume.js';
import type { RandomAccess } from '../../image/random-access.js';
import { withoutFiles } from '../regions.js';
import type { Region } from '../regions.js';
import { mapExt4 } from './map.js';
import { openExt4Volume } from './volume.js';

export interface Ext4Description {
  /** `ext2`, `ext3` or `ext4`, by what the features need. */
  readonly flavour: 'ext2' | 'ext3' | 'ext4';
  readonly label: string;
  readonly uuid: string;
  readonly features: readonly string[];
  readonly sizeBytes: number;
  readonly blockSizeBytes: number;
  readonly blockCount: number;
  readonly freeBlockCount: number;
  readonly reservedBlockCount: number;
  readonly inodeCount: number;
  readonly freeInodeCount: number;
  readonly inodeSizeBytes: number;
  readonly hasChecksums: boolean;
  readonly hasJournal: boolean;
  readonly needsRecovery: boolean;
  readonly state: 'clean' | 'not clean' | 'has errors';
  readonly madeSeconds: number;
  readonly groups: GroupsSummary;
  /** In bytes from the start of the file system, from its first to its last. */
  readonly map: readonly Region[];
}

export interface GroupsSummary {
  readonly count: number;
  readonly blocksPerGroup: number;
  readonly inodesPerGroup: number;
  /** Groups whose metadata lies together. */
  readonly groupsPerFlex: number;
  /** Groups that begin with a copy of the superblock. */
  readonly backups: readonly number[];
  /** Groups without a free block. */
  readonly fullCount: number;
  /** Groups of which no inode has ever been used. */
  readonly inodesUninitialisedCount: number;
}

/** @throws ZosiaError as `openExt4Volume` and `mapExt4` */
export async function describeExt4(
  source: RandomAccess,
  signal?: AbortSignal,
): Promise<Ext4Description> {
  const volume = await openExt4Volume(source);
  const { superblock } = volume;
  const { features, unknownFeatures, blockSizeBytes, blockCount, state } = superblock;
  const map = withoutFiles(await mapExt4(volume, signal));
  return {
    flavour: flavourOf(superblock),
    label: superblock.label,
    uuid: superblock.uuid,
    features: [...features, ...unknownFeatures],
    sizeBytes: blockCount * blockSizeBytes,
    blockSizeBytes,
    blockCount,
    freeBlockCount: superblock.freeBlockCount,
    reservedBlockCount: superblock.reservedBlockCount,
    inodeCount: superblock.inodeCount,
    freeInodeCount: superblock.freeInodeCount,
    inodeSizeBytes: superblock.inodeSizeBytes,
    hasChecksums: superblock.checksumSeed !== undefined,
    hasJournal: superblock.journal !== undefined,
    needsRecovery: features.has('needs_recovery'),
    state: state.errors ? 'has errors' : state.clean ? 'clean' : 'not clean',
    madeSeconds: superblock.madeSeconds,
    groups: await summariseGroups(volume),
    map,
  };
}

/** Features that neither ext2 nor ext3 has. */
const EXT4_FEATURES = [
  'extent',
  '64bit',
  'flex_bg',
  'huge_file',
  'uninit_bg',
  'metadata_csum',
  'inline_data',
  'meta_bg',
  'extra_isize',
  'dir_nlink',
  'orphan_file',
  'mmp',
] as const;

export function flavourOf({ features }: Ext4Superblock): 'ext2' | 'ext3' | 'ext4' {
  if (EXT4_FEATURES.some((feature) => features.has(feature))) return 'ext4';
  return features.has('has_journal') ? 'ext3' : 'ext2';
}

async function summariseGroups(volume: Volume): Promise<GroupsSummary> {
  const { groupCount, blocksPerGroup, inodesPerGroup, groupsPerFlex } = volume.superblock;
  const backups: number[] = [];
  let fullCount = 0;
  let inodesUninitialisedCount = 0;
  for (let number = 0; number < groupCount; number++) {
    const group = await volume.group(number);
    if (number > 0 && group.hasBackup) backups.push(number);
    if (group.freeBlockCount === 0) fullCount++;
    if (group.inodesUninitialised) inodesUninitialisedCount++;
  }
  return {
    count: groupCount,
    blocksPerGroup,
    inodesPerGroup,
    groupsPerFlex,
    backups,
    fullCount,
    inodesUninitialisedCount,
  };
}
