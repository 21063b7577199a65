import { bytesSegment } from '../../../image/image.js';
import type { Segment } from '../../../image/image.js';
import { crc32c, crc32cWord } from '../crc32c.js';
import { high16, high32, low16, low32, writeFields } from '../../fields.js';
import { backupBlockCount, groupBlockCount, groupStart } from './geometry.js';
import type { Geometry } from './geometry.js';
import {
  GROUP_DESCRIPTOR,
  GROUP_DESCRIPTOR_BYTES,
  GROUP_FLAGS,
} from '../layout/group-descriptor.js';

/** What is taken. Blocks and inodes are taken from the front, without a gap, but for a backup. */
export interface Usage {
  /** First free block. */
  readonly freeBlock: number;
  /** Group that begins with a backup of the superblock; 0: none. */
  readonly backupGroup: number;
  /** Inodes in use, reserved ones counted: numbers 1 to this. */
  readonly inodeCount: number;
  /** Numbers of the inodes that are directories. */
  readonly directories: readonly number[];
}

export interface GroupsPlan {
  readonly descriptors: Uint8Array;
  readonly freeBlockCount: number;
  /** The bitmaps; those of untouched groups are left out. */
  readonly segments: readonly Segment[];
}

/** Bitmaps of full groups are all ones; so many bytes of ones are shared by all of their segments. */
const SHARED_BYTES = 1 << 20;

/** Plans the descriptors and bitmaps of all groups. */
export function planGroups(geometry: Geometry, usage: Usage, seed: number): GroupsPlan {
  const { blockSizeBytes, groupCount, inodesPerGroup } = geometry;
  const descriptors = new Uint8Array(geometry.descriptorBlockCount * blockSizeBytes);
  const directories = countDirectories(geometry, usage.directories);
  const blockBitmaps = new BitmapRow(geometry.blockBitmapsBlock, blockSizeBytes, 'block bitmaps');
  const inodeBitmaps = new BitmapRow(geometry.inodeBitmapsBlock, blockSizeBytes, 'inode bitmaps');
  const bitmapBytes = geometry.blocksPerGroup / 8;
  const fullChecksum = crc32c(seed, new Uint8Array(bitmapBytes).fill(0xff));

  let freeBlockCount = 0;
  for (let group = 0; group < groupCount; group++) {
    const blockCount = groupBlockCount(geometry, group);
    const usedBlocks =
      group > 0 && group === usage.backupGroup
        ? backupBlockCount(geometry)
        : clamp(usage.freeBlock - groupStart(geometry, group), 0, blockCount);
    const usedInodes = clamp(usage.inodeCount - group * inodesPerGroup, 0, inodesPerGroup);
    let flags = GROUP_FLAGS.inodeTableZeroed as number;

    freeBlockCount += blockCount - usedBlocks;
    let blockChecksum = 0;
    if (usedBlocks === blockCount) {
      blockBitmaps.addFull(group);
      blockChecksum = fullChecksum;
    } else if (usedBlocks > 0 || group === groupCount - 1) {
      const bitmap = makeBitmap(usedBlocks, blockCount, blockSizeBytes);
      blockBitmaps.add(group, bitmap);
      blockChecksum = crc32c(seed, bitmap.subarray(0, bitmapBytes));
    } else {
      flags |= GROUP_FLAGS.blocksUninitialised;
    }

    let inodeChecksum = 0;
    if (usedInodes > 0) {
      const bitmap = makeBitmap(usedInodes, inodesPerGroup, blockSizeBytes);
      inodeBitmaps.add(group, bitmap);
      inodeChecksum = crc32c(seed, bitmap.subarray(0, inodesPerGroup / 8));
    } else {
      flags |= GROUP_FLAGS.inodesUninitialised;
    }

    const blockBitmap = geometry.blockBitmapsBlock + group;
    const inodeBitmap = geometry.inodeBitmapsBlock + group;
    const inodeTable = geometry.inodeTablesBlock + group * geometry.inodeTableBlocksPerGroup;
    const at = group * GROUP_DESCRIPTOR_BYTES;
    writeFields(GROUP_DESCRIPTOR, descriptors, at, {
      blockBitmapLow: low32(blockBitmap),
      blockBitmapHigh: high32(blockBitmap),
      inodeBitmapLow: low32(inodeBitmap),
      inodeBitmapHigh: high32(inodeBitmap),
      inodeTableLow: low32(inodeTable),
      inodeTableHigh: high32(inodeTable),
      freeBlocksLow: blockCount - usedBlocks,
      freeInodesLow: inodesPerGroup - usedInodes,
      usedDirectoriesLow: directories.get(group) ?? 0,
      flags,
      blockBitmapChecksumLow: low16(blockChecksum),
      blockBitmapChecksumHigh: high16(blockChecksum),
      inodeBitmapChecksumLow: low16(inodeChecksum),
      inodeBitmapChecksumHigh: high16(inodeChecksum),
      unusedInodesLow: inodesPerGroup - usedInodes,
    });
    const descriptor = descriptors.subarray(at, at + GROUP_DESCRIPTOR_BYTES);
    const checksum = low16(crc32c(crc32cWord(seed, group), descriptor));
    writeFields(GROUP_DESCRIPTOR, descriptor, 0, { checksum });
  }
  return {
    descriptors,
    freeBlockCount,
    segments: [...blockBitmaps.segments(), ...inodeBitmaps.segments()],
  };
}

/** A bitmap block: `used` ones, zeros up to `count`, and ones as padding to the end of the block. */
function makeBitmap(used: number, count: number, blockSizeBytes: number): Uint8Array {
  const bitmap = new Uint8Array(blockSizeBytes);
  setBits(bitmap, 0, used);
  setBits(bitmap, count, blockSizeBytes * 8);
  return bitmap;
}

function setBits(bitmap: Uint8Array, from: number, to: number): void {
  const firstWhole = Math.min(Math.ceil(from / 8), to >> 3);
  for (let bit = from; bit < Math.min(firstWhole * 8, to); bit++)
    bitmap[bit >> 3]! |= 1 << (bit & 7);
  bitmap.fill(0xff, firstWhole, Math.max(firstWhole, to >> 3));
  for (let bit = Math.max(from, (to >> 3) * 8); bit < to; bit++)
    bitmap[bit >> 3]! |= 1 << (bit & 7);
}

/** Collects the bitmaps of consecutive groups, which lie in a row, into few segments. */
class BitmapRow {
  readonly #segments: Segment[] = [];
  #fullFrom = 0;
  #fullTo = 0;
  #ones = new Uint8Array(0);

  constructor(
    private readonly startBlock: number,
    private readonly blockSizeBytes: number,
    private readonly label: string,
  ) {}

  add(group: number, bitmap: Uint8Array): void {
    this.#segments.push(bytesSegment(this.#offset(group), bitmap, this.label));
  }

  addFull(group: number): void {
    if (group !== this.#fullTo) this.#flush();
    if (this.#fullFrom === this.#fullTo) this.#fullFrom = group;
    this.#fullTo = group + 1;
  }

  segments(): Segment[] {
    this.#flush();
    return this.#segments;
  }

  #flush(): void {
    const end = this.#offset(this.#fullTo);
    for (let offset = this.#offset(this.#fullFrom); offset < end; offset += SHARED_BYTES) {
      const length = Math.min(SHARED_BYTES, end - offset);
      if (this.#ones.length < length) this.#ones = new Uint8Array(length).fill(0xff);
      this.#segments.push(bytesSegment(offset, this.#ones.subarray(0, length), this.label));
    }
    this.#fullFrom = this.#fullTo;
  }

  #offset(group: number): number {
    return (this.startBlock + group) * this.blockSizeBytes;
  }
}

function countDirectories(geometry: Geometry, inodes: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const inode of inodes) {
    const group = Math.floor((inode - 1) / geometry.inodesPerGroup);
    counts.set(group, (counts.get(group) ?? 0) + 1);
  }
  return counts;
}

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, value));
}
