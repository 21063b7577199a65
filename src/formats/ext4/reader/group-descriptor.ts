import { crc32c, crc32cWord } from '../crc32c.js';
import { low16, readNumber, writeFields } from '../../fields.js';
import type { NumberField } from '../../fields.js';
import {
  GROUP_DESCRIPTOR,
  GROUP_DESCRIPTOR_BYTES,
  GROUP_FLAGS,
} from '../layout/group-descriptor.js';
import { SUPERBLOCK_OFFSET } from '../layout/superblock.js';
import { crc16, CRC16_START } from './crc16.js';
import { finding } from '../../findings.js';
import type { LocalFinding } from '../../findings.js';
import { hasBackup } from './superblock.js';
import type { Ext4Superblock } from './superblock.js';

/** What the descriptor of a block group says. */
export interface Ext4Group {
  readonly number: number;
  readonly firstBlock: number;
  readonly blockCount: number;
  readonly blockBitmapBlock: number;
  readonly inodeBitmapBlock: number;
  readonly inodeTableBlock: number;
  readonly inodeTableBlockCount: number;
  /** With bigalloc, clusters. */
  readonly freeBlockCount: number;
  readonly freeInodeCount: number;
  readonly directoryCount: number;
  /** Inodes at the end of the table that were never used. */
  readonly unusedInodeCount: number;
  /** The bitmap has not been written: no block is in use but the group's own metadata. */
  readonly blocksUninitialised: boolean;
  /** Neither the inode bitmap nor the table has been written: no inode is in use. */
  readonly inodesUninitialised: boolean;
  readonly inodeTableZeroed: boolean;
  /** Checksums of the bitmaps; undefined without metadata_csum. */
  readonly blockBitmapChecksum: number | undefined;
  readonly inodeBitmapChecksum: number | undefined;
  /** Whether it begins with a copy of the superblock and the descriptors. */
  readonly hasBackup: boolean;
}

/** Whether the flags that say what has not been written count. */
export function hasGroupFlags({ features }: Ext4Superblock): boolean {
  return features.has('metadata_csum') || features.has('uninit_bg');
}

/**
 * Where the descriptor of a group lies, in bytes from the start of the image. With meta_bg every meta
 * group (as many groups as a block has descriptors) keeps its own block of them, in its first group.
 */
export function descriptorOffset(superblock: Ext4Superblock, group: number): number {
  const { blockSizeBytes, descriptorSizeBytes } = superblock;
  const perBlock = blockSizeBytes / descriptorSizeBytes;
  const metaGroup = Math.floor(group / perBlock);
  const inBlock = (group % perBlock) * descriptorSizeBytes;
  return (
    descriptorBlock(superblock, metaGroup, copyStart(superblock, 0) + 1) * blockSizeBytes + inBlock
  );
}

function descriptorBlock(
  superblock: Ext4Superblock,
  metaGroup: number,
  tableBlock: number,
): number {
  const { features, firstMetaGroup } = superblock;
  if (!features.has('meta_bg') || metaGroup < firstMetaGroup) return tableBlock + metaGroup;
  const perBlock = superblock.blockSizeBytes / superblock.descriptorSizeBytes;
  const group = metaGroup * perBlock;
  return copyStart(superblock, group) + (hasBackup(superblock, group) ? 1 : 0);
}

/** The first block of a group. */
export function groupStart(superblock: Ext4Superblock, group: number): number {
  return superblock.firstDataBlock + group * superblock.blocksPerGroup;
}

/**
 * Where the superblock of a group lies, if it has one, and descriptors else: its first block; but in blocks
 * of 1 KiB the second of group 0, which begins with block 0 where there are clusters.
 */
export function copyStart(superblock: Ext4Superblock, group: number): number {
  const start = groupStart(superblock, group);
  return start === 0 && superblock.blockSizeBytes === SUPERBLOCK_OFFSET ? 1 : start;
}

/** Blocks of an inode table. */
export function inodeTableBlockCount(superblock: Ext4Superblock): number {
  const { inodesPerGroup, inodeSizeBytes, blockSizeBytes } = superblock;
  return Math.ceil((inodesPerGroup * inodeSizeBytes) / blockSizeBytes);
}

/** A block's bytes, from which the descriptor at `base` is parsed. */
export function parseGroupDescriptor(
  bytes: Uint8Array,
  base: number,
  group: number,
  superblock: Ext4Superblock,
): Ext4Group {
  const { features, descriptorSizeBytes, blockCount, blocksPerGroup } = superblock;
  const hasHigh = descriptorSizeBytes >= GROUP_DESCRIPTOR_BYTES;
  const get = (field: NumberField): number => readNumber(field, bytes, base);
  const join = (low: NumberField, high: NumberField): number =>
    get(low) + (hasHigh ? get(high) * 2 ** (8 * low.width) : 0);
  const flags = hasGroupFlags(superblock) ? get(GROUP_DESCRIPTOR.flags) : 0;
  const firstBlock = groupStart(superblock, group);
  const checked = features.has('metadata_csum');
  return {
    number: group,
    firstBlock,
    blockCount: Math.min(blocksPerGroup, blockCount - firstBlock),
    blockBitmapBlock: join(GROUP_DESCRIPTOR.blockBitmapLow, GROUP_DESCRIPTOR.blockBitmapHigh),
    inodeBitmapBlock: join(GROUP_DESCRIPTOR.inodeBitmapLow, GROUP_DESCRIPTOR.inodeBitmapHigh),
    inodeTableBlock: join(GROUP_DESCRIPTOR.inodeTableLow, GROUP_DESCRIPTOR.inodeTableHigh),
    inodeTableBlockCount: inodeTableBlockCount(superblock),
    freeBlockCount: join(GROUP_DESCRIPTOR.freeBlocksLow, GROUP_DESCRIPTOR.freeBlocksHigh),
    freeInodeCount: join(GROUP_DESCRIPTOR.freeInodesLow, GROUP_DESCRIPTOR.freeInodesHigh),
    directoryCount: join(GROUP_DESCRIPTOR.usedDirectoriesLow, GROUP_DESCRIPTOR.usedDirectoriesHigh),
    unusedInodeCount: hasGroupFlags(superblock)
      ? join(GROUP_DESCRIPTOR.unusedInodesLow, GROUP_DESCRIPTOR.unusedInodesHigh)
      : 0,
    blocksUninitialised: (flags & GROUP_FLAGS.blocksUninitialised) !== 0,
    inodesUninitialised: (flags & GROUP_FLAGS.inodesUninitialised) !== 0,
    inodeTableZeroed: (flags & GROUP_FLAGS.inodeTableZeroed) !== 0,
    blockBitmapChecksum: checked
      ? join(GROUP_DESCRIPTOR.blockBitmapChecksumLow, GROUP_DESCRIPTOR.blockBitmapChecksumHigh)
      : undefined,
    inodeBitmapChecksum: checked
      ? join(GROUP_DESCRIPTOR.inodeBitmapChecksumLow, GROUP_DESCRIPTOR.inodeBitmapChecksumHigh)
      : undefined,
    hasBackup: hasBackup(superblock, group),
  };
}

/** The checksum of a descriptor: crc32c with metadata_csum, crc16 with uninit_bg, else none. */
export function descriptorChecksumFindings(
  bytes: Uint8Array,
  base: number,
  group: number,
  superblock: Ext4Superblock,
): LocalFinding[] {
  const { checksumSeed, uuidBytes, descriptorSizeBytes } = superblock;
  if (!hasGroupFlags(superblock)) return [];
  const descriptor = bytes.slice(base, base + descriptorSizeBytes);
  const stored = readNumber(GROUP_DESCRIPTOR.checksum, descriptor);
  const { offset, width } = GROUP_DESCRIPTOR.checksum;
  let expected: number;
  if (checksumSeed !== undefined) {
    writeFields(GROUP_DESCRIPTOR, descriptor, 0, { checksum: 0 });
    expected = low16(crc32c(crc32cWord(checksumSeed, group), descriptor));
  } else {
    const number = new Uint8Array(4);
    new DataView(number.buffer).setUint32(0, group, true);
    expected = crc16(crc16(CRC16_START, uuidBytes), number);
    expected = crc16(expected, descriptor.subarray(0, offset));
    expected = crc16(expected, descriptor.subarray(offset + width));
  }
  return stored === expected
    ? []
    : [finding('descriptor-checksum', 'its checksum does not match its contents')];
}

/** Places a descriptor points to that lie outside of the file system. */
export function descriptorPlaceFindings(
  group: Ext4Group,
  superblock: Ext4Superblock,
): LocalFinding[] {
  const { blockCount, firstDataBlock } = superblock;
  const structures: readonly [string, number, number][] = [
    ['block bitmap', group.blockBitmapBlock, 1],
    ['inode bitmap', group.inodeBitmapBlock, 1],
    ['inode table', group.inodeTableBlock, group.inodeTableBlockCount],
  ];
  return structures
    .filter(([, block, count]) => block <= firstDataBlock || block + count > blockCount)
    .map(([name, block]) =>
      finding('descriptor-place', `its ${name} at block ${block} lies outside of the file system`),
    );
}
