import type { Ext4Feature } from './features.js';

/** What the superblock says. Sizes are in bytes, times in seconds since 1970 (0: never). */
export interface Ext4Superblock {
  /** The label as UTF-8; what is not UTF-8 is replaced. */
  readonly label: string;
  /** In the usual form of 8-4-4-4-12 hex digits. */
  readonly uuid: string;
  readonly blockSizeBytes: number;
  readonly blockCount: number;
  /** Blocks of a cluster, the unit that is allocated; 1 without bigalloc. */
  readonly clusterBlockCount: number;
  readonly freeBlockCount: number;
  /** Blocks only root may use. */
  readonly reservedBlockCount: number;
  readonly inodeCount: number;
  readonly freeInodeCount: number;
  /** 1 when blocks have 1 KiB, else 0: where group 0 begins. */
  readonly firstDataBlock: number;
  readonly blocksPerGroup: number;
  readonly clustersPerGroup: number;
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
  /** Of names without case (casefold): which characters they have, and whether others are refused. */
  readonly encoding: { readonly id: number; readonly isStrict: boolean };
  /** What every metadata checksum starts from; undefined without metadata_csum. */
  readonly checksumSeed: number | undefined;
  /** What the hashes of attributes' values in inodes of their own start from (ea_inode). */
  readonly valueHashSeed: number;
  /** The 16 bytes of the UUID. */
  readonly uuidBytes: Uint8Array;
  /** Which group this copy says it lies in. */
  readonly blockGroupNumber: number;
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
