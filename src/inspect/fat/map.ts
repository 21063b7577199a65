import { escapeName } from '../../formats/escaped-name.js';
import { ClusterClaims } from '../../formats/fat/check/claims.js';
import { FAT_TYPE_FACTS, FIRST_CLUSTER, FREE_CLUSTER } from '../../formats/fat/layout/table.js';
import { clusterOffset } from '../../formats/fat/reader/boot-sector.js';
import { describeEnd, followChain } from '../../formats/fat/reader/chain.js';
import { corrupt } from '../../formats/fat/reader/corrupt.js';
import { directoryCluster } from '../../formats/fat/reader/volume.js';
import type { Volume } from '../../formats/fat/reader/volume.js';
import { walkTree } from '../../formats/fat/reader/walk.js';
import { completeMap } from '../regions.js';
import type { FileRegion, Region } from '../regions.js';
import { structureRegions } from './structure.js';

export interface FatMap {
  /** One for each run of bytes, in order, from the first byte of the volume to its last. */
  readonly regions: readonly FileRegion[];
  readonly freeClusterCount: number;
  readonly badClusterCount: number;
}

/**
 * What lies where on a volume. Clusters that are in use without a file are `lost clusters`; `unused` is
 * what follows the last cluster.
 *
 * @throws ZosiaError `ZOSIA_FAT_CORRUPT`
 */
export async function mapFat(volume: Volume, signal?: AbortSignal): Promise<FatMap> {
  const { bootSector } = volume;
  const { heapOffset, clusterCount, clusterSizeBytes, sectorCount, sectorBytes } = bootSector;
  const heapEnd = heapOffset + clusterCount * clusterSizeBytes;
  const end = sectorCount * sectorBytes;
  const files = await fileRegions(volume, signal);
  const idle = await idleRegions(volume, signal);
  const countOf = (what: string): number =>
    idle.reduce((sum, region) => sum + (region.what === what ? region.length : 0), 0) /
    clusterSizeBytes;
  return {
    regions: [
      ...completeMap(structureRegions(bootSector), heapOffset, 'reserved'),
      ...completeMap([...files, ...idle], heapEnd, 'lost clusters', heapOffset),
      ...completeMap([], end, 'unused', heapEnd),
    ],
    freeClusterCount: countOf(FREE),
    badClusterCount: countOf(BAD),
  };
}

/** The clusters of files and directories. Each is followed once, so that this ends on any volume. */
async function fileRegions(volume: Volume, signal?: AbortSignal): Promise<FileRegion[]> {
  const { bootSector, table } = volume;
  const regions: FileRegion[] = [];
  const claims = new ClusterClaims(bootSector.clusterCount);
  const take = (cluster: number): boolean => claims.take(cluster);
  for await (const { path, stat } of walkTree(volume)) {
    signal?.throwIfAborted();
    const isDirectory = stat.type === 'directory';
    const firstCluster = isDirectory ? directoryCluster(volume, stat) : stat.firstCluster;
    if (firstCluster === undefined || (!isDirectory && firstCluster === 0)) continue;
    const maxClusterCount = bootSector.clusterCount;
    const chain = await followChain(table, firstCluster, { maxClusterCount, take });
    const problem = describeEnd(chain);
    if (problem !== undefined) throw corrupt(path, problem);
    const printable = escapeName(new TextEncoder().encode(path));
    let fileOffset = 0;
    for (const run of chain.runs) {
      const offset = clusterOffset(bootSector, run.firstCluster);
      const length = run.clusterCount * bootSector.clusterSizeBytes;
      const file = { offset: fileOffset, sizeBytes: stat.sizeBytes };
      regions.push({ offset, length, what: stat.type, path: printable, file });
      fileOffset += length;
    }
  }
  return regions;
}

const FREE = 'free';
const BAD = 'bad clusters';

/** The clusters that are no file's, by what the FAT says of them. */
async function idleRegions({ bootSector, table }: Volume, signal?: AbortSignal): Promise<Region[]> {
  const { badCluster } = FAT_TYPE_FACTS[bootSector.type];
  const useOf = (entry: number): string | undefined =>
    entry === FREE_CLUSTER ? FREE : entry === badCluster ? BAD : undefined;
  const regions: Region[] = [];
  let what: string | undefined;
  let first = FIRST_CLUSTER;
  const endRun = (end: number): void => {
    if (what === undefined) return;
    const length = (end - first) * bootSector.clusterSizeBytes;
    regions.push({ offset: clusterOffset(bootSector, first), length, what });
  };
  for (let cluster = FIRST_CLUSTER; cluster < table.entryCount; cluster++) {
    if (cluster % 65_536 === 0) signal?.throwIfAborted();
    const use = useOf(table.cached(cluster) ?? (await table.entry(cluster)));
    if (use === what) continue;
    endRun(cluster);
    what = use;
    first = cluster;
  }
  endRun(table.entryCount);
  return regions;
}
