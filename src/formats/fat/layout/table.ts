/** The three kinds of FAT; nothing but the number of clusters makes the difference. */
export type FatType = 'FAT12' | 'FAT16' | 'FAT32';

export const FAT_TYPES: readonly FatType[] = ['FAT12', 'FAT16', 'FAT32'];

export interface FatTypeFacts {
  /** Width of an entry of the FAT. */
  readonly entryBits: 12 | 16 | 32;
  /** The bits of an entry that count: FAT32 reserves the upper four. */
  readonly entryMask: number;
  readonly minClusterCount: number;
  readonly maxClusterCount: number;
  /** Marks a cluster that cannot be used. */
  readonly badCluster: number;
  /** This and everything above ends a chain; the entry of all ones is what is written. */
  readonly endOfChain: number;
  /** Bit of entry 1 that is cleared while the volume is in use, and that of a disk error. */
  readonly cleanBit: number;
  readonly noErrorBit: number;
}

/** Microsoft, "FAT32 File System Specification" 1.03, "FAT Type Determination" and "FAT Data Structure". */
export const FAT_TYPE_FACTS: Readonly<Record<FatType, FatTypeFacts>> = {
  FAT12: {
    entryBits: 12,
    entryMask: 0xfff,
    minClusterCount: 1,
    maxClusterCount: 4084,
    badCluster: 0xff7,
    endOfChain: 0xff8,
    cleanBit: 0,
    noErrorBit: 0,
  },
  FAT16: {
    entryBits: 16,
    entryMask: 0xffff,
    minClusterCount: 4085,
    maxClusterCount: 65_524,
    badCluster: 0xfff7,
    endOfChain: 0xfff8,
    cleanBit: 0x8000,
    noErrorBit: 0x4000,
  },
  FAT32: {
    entryBits: 32,
    entryMask: 0x0fff_ffff,
    minClusterCount: 65_525,
    maxClusterCount: 0x0fff_fff5,
    badCluster: 0x0fff_fff7,
    endOfChain: 0x0fff_fff8,
    cleanBit: 0x0800_0000,
    noErrorBit: 0x0400_0000,
  },
};

/** Clusters are counted from here: the first two entries of a FAT stand for none. */
export const FIRST_CLUSTER = 2;
export const FREE_CLUSTER = 0;
