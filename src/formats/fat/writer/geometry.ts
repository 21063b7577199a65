import { FAT_COUNT, RESERVED_SECTOR_COUNT } from '../layout/boot-sector.js';
import { DIRECTORY_ENTRY_BYTES } from '../layout/directory.js';
import { FAT_TYPE_FACTS, FAT_TYPES, FIRST_CLUSTER } from '../layout/table.js';
import type { FatType } from '../layout/table.js';
import { SECTOR_BYTES } from '../../sector.js';

/** Where everything lies on a volume; sectors count from its start. */
export interface Geometry {
  readonly type: FatType;
  readonly clusterSizeBytes: number;
  readonly clusterCount: number;
  readonly reservedSectorCount: number;
  readonly fatSectorCount: number;
  /** 0 in FAT32, whose root directory lies in clusters. */
  readonly rootEntryCount: number;
  readonly rootSector: number;
  /** First sector of the first cluster: a multiple of 4 KiB and of the cluster size. */
  readonly heapSector: number;
  /** To the end of the last cluster. */
  readonly sectorCount: number;
}

export interface VolumeShape {
  readonly type: FatType;
  readonly clusterSizeBytes: number;
  readonly rootEntryCount: number;
}

/** What the pages of memory and the blocks of host file systems align to. */
const HEAP_ALIGNMENT_BYTES = 4096;
/** What the boot sector's 32-bit field can say. */
const MAX_SECTOR_COUNT = 0xffff_ffff;

/** The smallest volume with so many clusters. */
export function layOut(shape: VolumeShape, clusterCount: number): Geometry {
  const { type, clusterSizeBytes } = shape;
  const { entryBits } = FAT_TYPE_FACTS[type];
  const fatBytes = Math.ceil(((clusterCount + FIRST_CLUSTER) * entryBits) / 8);
  const fatSectorCount = Math.ceil(fatBytes / SECTOR_BYTES);
  const rootEntryCount = type === 'FAT32' ? 0 : shape.rootEntryCount;
  const rootSectorCount = Math.ceil((rootEntryCount * DIRECTORY_ENTRY_BYTES) / SECTOR_BYTES);
  const beforeHeap = FAT_COUNT * fatSectorCount + rootSectorCount;
  const alignment = Math.max(clusterSizeBytes, HEAP_ALIGNMENT_BYTES) / SECTOR_BYTES;
  const heapSector = Math.ceil((RESERVED_SECTOR_COUNT[type] + beforeHeap) / alignment) * alignment;
  return {
    type,
    clusterSizeBytes,
    clusterCount,
    fatSectorCount,
    rootEntryCount,
    heapSector,
    reservedSectorCount: heapSector - beforeHeap,
    rootSector: heapSector - rootSectorCount,
    sectorCount: heapSector + clusterCount * (clusterSizeBytes / SECTOR_BYTES),
  };
}

/**
 * The volume of a shape with the most clusters that fits so many sectors. A volume of a few clusters
 * more than its type can have leaves them out, if they are too few for the next type.
 *
 * @returns undefined when no number of clusters fits both the sectors and the type
 */
export function fit(shape: VolumeShape, sectorCount: number): Geometry | undefined {
  const { minClusterCount, maxClusterCount } = FAT_TYPE_FACTS[shape.type];
  const clusterCount = mostClusters(shape, sectorCount);
  if (clusterCount < minClusterCount) return undefined;
  if (clusterCount <= maxClusterCount) return layOut(shape, clusterCount);
  const next = FAT_TYPES[FAT_TYPES.indexOf(shape.type) + 1];
  if (next === undefined) return undefined;
  const isTooFewForNext =
    mostClusters({ ...shape, type: next }, sectorCount) < FAT_TYPE_FACTS[next].minClusterCount;
  return isTooFewForNext ? layOut(shape, maxClusterCount) : undefined;
}

function mostClusters(shape: VolumeShape, sectorCount: number): number {
  const sectors = Math.min(sectorCount, MAX_SECTOR_COUNT);
  let low = 0;
  let high = Math.floor(sectors / (shape.clusterSizeBytes / SECTOR_BYTES)) + 1;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (layOut(shape, middle).sectorCount <= sectors) low = middle;
    else high = middle;
  }
  return low;
}

/** Whether the boot sector can describe the volume. */
export function isPossible({ type, clusterCount, sectorCount }: Geometry): boolean {
  const { minClusterCount, maxClusterCount } = FAT_TYPE_FACTS[type];
  const isOfType = clusterCount >= minClusterCount && clusterCount <= maxClusterCount;
  return isOfType && sectorCount <= MAX_SECTOR_COUNT;
}
