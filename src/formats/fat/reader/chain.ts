import { FAT_TYPE_FACTS, FREE_CLUSTER } from '../layout/table.js';
import type { ClusterRun } from '../table.js';
import { isCluster } from './boot-sector.js';
import { corrupt } from './corrupt.js';
import type { FatTable } from './table.js';

/** Why a chain goes no further: its end mark, or what stands in place of one. */
export type ChainEnd = 'end' | 'free' | 'bad' | 'outside' | 'limit' | 'taken';

export interface Chain {
  readonly runs: readonly ClusterRun[];
  readonly clusterCount: number;
  readonly end: ChainEnd;
  /** The entry that ended it, or the cluster that was not followed. */
  readonly next: number;
}

export interface ChainOptions {
  /** Clusters to follow at most. */
  readonly maxClusterCount: number;
  /** Says whether a cluster may be used; the chain ends before the first that may not. */
  readonly take?: ((cluster: number) => boolean) | undefined;
}

/**
 * Follows the chain of a file. One that leads back to itself ends at the limit; one that comes to an end
 * has no cluster twice.
 */
export async function followChain(
  table: FatTable,
  firstCluster: number,
  { maxClusterCount, take }: ChainOptions,
): Promise<Chain> {
  const { bootSector } = table;
  const { endOfChain, badCluster } = FAT_TYPE_FACTS[bootSector.type];
  const runs: { firstCluster: number; clusterCount: number }[] = [];
  let clusterCount = 0;
  const ended = (end: ChainEnd, next: number): Chain => ({ runs, clusterCount, end, next });
  for (let cluster = firstCluster; ;) {
    if (cluster === FREE_CLUSTER) return ended('free', cluster);
    if (cluster === badCluster) return ended('bad', cluster);
    if (cluster >= endOfChain && clusterCount > 0) return ended('end', cluster);
    if (!isCluster(bootSector, cluster)) return ended('outside', cluster);
    if (clusterCount === maxClusterCount) return ended('limit', cluster);
    if (take && !take(cluster)) return ended('taken', cluster);
    const last = runs.at(-1);
    if (last && last.firstCluster + last.clusterCount === cluster) last.clusterCount++;
    else runs.push({ firstCluster: cluster, clusterCount: 1 });
    clusterCount++;
    cluster = table.cached(cluster) ?? (await table.entry(cluster));
  }
}

/** What is wrong with a chain that ends so, in words; undefined when nothing is. */
export function describeEnd({ end, next, clusterCount }: Chain): string | undefined {
  const after = `after ${clusterCount} clusters its chain`;
  switch (end) {
    case 'end':
    case 'limit':
      return undefined;
    case 'free':
      return `${after} leads to a cluster that is free`;
    case 'bad':
      return `${after} leads to a cluster marked as bad`;
    case 'outside':
      return `${after} leads to cluster ${next}, which there is not`;
    case 'taken':
      return `${after} leads to cluster ${next}, which something else uses`;
  }
}

/**
 * The clusters of a file of so many bytes.
 *
 * @throws ZosiaError `ZOSIA_FAT_CORRUPT` when its chain is too short, or leads back to itself
 */
export async function fileRuns(
  table: FatTable,
  file: { readonly firstCluster: number; readonly sizeBytes: number },
  where: string,
): Promise<readonly ClusterRun[]> {
  const { clusterSizeBytes, clusterCount } = table.bootSector;
  const neededCount = Math.ceil(file.sizeBytes / clusterSizeBytes);
  if (neededCount === 0) return [];
  if (neededCount > clusterCount) {
    throw corrupt(where, `it has ${file.sizeBytes} bytes, more than the volume has room for`);
  }
  const chain = await followChain(table, file.firstCluster, { maxClusterCount: neededCount });
  if (hasTwice(chain)) throw corrupt(where, 'its chain leads back to itself');
  if (chain.clusterCount === neededCount) return chain.runs;
  throw corrupt(
    where,
    describeEnd(chain) ??
      `its chain has ${chain.clusterCount} clusters, its ${file.sizeBytes} bytes take ${neededCount}`,
  );
}

/** Whether a chain has a cluster twice. */
function hasTwice({ runs, end }: Chain): boolean {
  if (end !== 'limit') return false;
  const ordered = [...runs].sort((a, b) => a.firstCluster - b.firstCluster);
  return ordered.some((run, i) => {
    const previous = ordered[i - 1];
    return previous && previous.firstCluster + previous.clusterCount > run.firstCluster;
  });
}
