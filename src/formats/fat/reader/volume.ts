import { Buffer } from 'buffer';
import { ZosiaError } from '../../../errors.js';
import type { RandomAccess } from '../../../image/random-access.js';
import { BOOT_SECTOR_BYTES } from '../layout/boot-sector.js';
import { DIRECTORY_ENTRY_BYTES, MAX_DIRECTORY_ENTRIES } from '../layout/directory.js';
import type { ClusterRun } from '../table.js';
import { clusterOffset, isFatBootSector, parseBootSector } from './boot-sector.js';
import type { FatBootSector, ParsedBootSector } from './boot-sector.js';
import { describeEnd, followChain } from './chain.js';
import { corrupt } from './corrupt.js';
import { FatTable } from './table.js';

const MAX_DIRECTORY_BYTES = MAX_DIRECTORY_ENTRIES * DIRECTORY_ENTRY_BYTES;

/** A FAT volume whose boot sector everything else can be computed from. */
export interface Volume {
  readonly source: RandomAccess;
  readonly bootSector: FatBootSector;
  readonly table: FatTable;
}

/**
 * Reads the boot sector. Problems are left for the caller to judge.
 *
 * @throws ZosiaError `ZOSIA_NOT_FAT` when there is none
 */
export async function readBootSector(source: RandomAccess): Promise<ParsedBootSector> {
  const bytes = await source.read(0, Math.min(source.sizeBytes, BOOT_SECTOR_BYTES));
  if (isFatBootSector(bytes)) return parseBootSector(bytes, source.sizeBytes);
  throw new ZosiaError('ZOSIA_NOT_FAT', 'this is no FAT volume: its first sector describes none', {
    hint: 'Name a FAT12, FAT16 or FAT32 image; in a whole disk, the partition that holds it.',
  });
}

/** @throws ZosiaError `ZOSIA_NOT_FAT`, `ZOSIA_FAT_CORRUPT` */
export async function openVolume(source: RandomAccess): Promise<Volume> {
  const { bootSector, problems } = await readBootSector(source);
  const [first] = problems;
  if (first) throw corrupt('boot sector', first.message);
  return { source, bootSector, table: new FatTable(source, bootSector) };
}

/** Where a directory begins. */
export interface DirectoryPlace {
  /** Of no meaning for the root. */
  readonly firstCluster: number;
  readonly isRoot: boolean;
}

/** The first cluster of a directory; undefined for a root that lies at a place of its own. */
export function directoryCluster(
  { bootSector }: Volume,
  { firstCluster, isRoot }: DirectoryPlace,
): number | undefined {
  if (!isRoot) return firstCluster;
  return bootSector.type === 'FAT32' ? bootSector.rootCluster : undefined;
}

/** The root of FAT12 and FAT16. */
export async function readFixedRoot({ source, bootSector }: Volume): Promise<Uint8Array> {
  const { rootOffset, rootEntryCount } = bootSector;
  return source.read(rootOffset, rootEntryCount * DIRECTORY_ENTRY_BYTES);
}

/** The contents of clusters, at most as much as a directory may have. */
export async function readRuns(
  { source, bootSector }: Volume,
  runs: readonly ClusterRun[],
): Promise<Uint8Array> {
  const { clusterSizeBytes } = bootSector;
  const parts: Uint8Array[] = [];
  for (const { firstCluster, clusterCount } of runs) {
    const offset = clusterOffset(bootSector, firstCluster);
    parts.push(await source.read(offset, clusterCount * clusterSizeBytes));
  }
  return Buffer.concat(parts);
}

export function maxDirectoryClusters({ bootSector }: Volume): number {
  return Math.ceil(MAX_DIRECTORY_BYTES / bootSector.clusterSizeBytes);
}

/**
 * The contents of a directory.
 *
 * @param take called with each of its clusters; false: it may not be used
 * @throws ZosiaError `ZOSIA_FAT_CORRUPT`
 */
export async function readDirectory(
  volume: Volume,
  place: DirectoryPlace,
  where: string,
  take?: (cluster: number) => boolean,
): Promise<Uint8Array> {
  const firstCluster = directoryCluster(volume, place);
  if (firstCluster === undefined) return readFixedRoot(volume);
  const chain = await followChain(volume.table, firstCluster, {
    maxClusterCount: maxDirectoryClusters(volume),
    take,
  });
  const problem = describeEnd(chain) ?? (chain.end === 'limit' ? 'it is too long' : undefined);
  if (problem !== undefined) throw corrupt(where, problem);
  return readRuns(volume, chain.runs);
}
