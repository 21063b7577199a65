import type { Ext4Superblock } from '../formats/ext4/reader/superblock.js';
import type { Volume } from '../formats/ext4/reader/volume.js';
import type { Partition, PartitionFault } from '../formats/gpt/reader.js';
import type { BackingFile } from './backing-file.js';
import { cpioTree } from './cpio-tree.js';
import { mapExt4 } from './ext4-map.js';
import { openVolume } from './open-image.js';
import type { OpenImage } from './open-image.js';
import type { Region } from './regions.js';
import type { DiskExtent } from './vmdk-disk.js';
import { walkTree } from './walk.js';

/** What `zosia inspect` says of an image. */
export interface Inspection {
  readonly path: string;
  readonly container: 'raw' | 'vmdk';
  readonly kind: 'ext4' | 'cpio';
  readonly sizeBytes: number;
  /** What the image's files take on the host's disk. */
  readonly allocatedBytes: number;
  readonly files: readonly BackingFile[];
  readonly extents: readonly DiskExtent[];
  readonly table?: {
    readonly scheme: 'gpt' | 'mbr';
    readonly diskId: string;
    readonly partitions: readonly Partition[];
    readonly faults: readonly PartitionFault[];
    /** The partition that the rest is about. */
    readonly chosen: number;
  };
  readonly ext4?: Ext4Description;
  readonly cpio?: CpioDescription;
}

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

export interface CpioDescription {
  readonly isCompressed: boolean;
  readonly unpackedBytes: number;
  readonly archiveCount: number;
  readonly memberCount: number;
  /** What unpacking leaves, by type. */
  readonly counts: Readonly<Record<string, number>>;
  /** Bytes of regular files. */
  readonly fileBytes: number;
}

/**
 * Describes an image: what it is made of, and what lies where in it.
 *
 * @throws ZosiaError as `openVolume`, `mapExt4` and `cpioTree`
 */
export async function inspectImage(image: OpenImage, signal?: AbortSignal): Promise<Inspection> {
  const { path, container, sizeBytes, files, extents, table, partition, content } = image;
  const allocatedBytes = files.reduce((sum, file) => sum + file.allocatedBytes, 0);
  const described =
    content.kind === 'ext4'
      ? { ext4: await describeExt4(await openVolume(content.source), signal) }
      : { cpio: await describeCpio(content) };
  return {
    ...{ path, container, kind: content.kind, sizeBytes, allocatedBytes, files, extents },
    ...(table && partition ? { table: { ...table, chosen: partition.number } } : {}),
    ...described,
  };
}

async function describeExt4(volume: Volume, signal?: AbortSignal): Promise<Ext4Description> {
  const { superblock } = volume;
  const { features, unknownFeatures, blockSizeBytes, blockCount, state } = superblock;
  const map = await mapExt4(volume, signal);
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

function flavourOf({ features }: Ext4Superblock): 'ext2' | 'ext3' | 'ext4' {
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
    ...{ count: groupCount, blocksPerGroup, inodesPerGroup, groupsPerFlex },
    ...{ backups, fullCount, inodesUninitialisedCount },
  };
}

async function describeCpio(
  content: Extract<OpenImage['content'], { kind: 'cpio' }>,
): Promise<CpioDescription> {
  const { source, isCompressed } = content;
  const tree = await cpioTree(source);
  const counts: Record<string, number> = {};
  const counted = new Set<number>();
  let fileBytes = 0;
  for await (const { node } of walkTree(tree, await tree.lookUp('/', false))) {
    counts[node.type] = (counts[node.type] ?? 0) + 1;
    if (node.type === 'file' && !counted.has(node.id)) fileBytes += node.sizeBytes;
    counted.add(node.id);
  }
  const { archiveCount, memberCount } = tree;
  const unpackedBytes = source.sizeBytes;
  return { isCompressed, unpackedBytes, archiveCount, memberCount, counts, fileBytes };
}
