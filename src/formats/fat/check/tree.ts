import { ATTRIBUTE } from '../layout/directory.js';
import { MAX_PATH_UNITS } from '../names.js';
import { describeEnd, followChain } from '../reader/chain.js';
import type { Chain } from '../reader/chain.js';
import type { RawEntry } from '../reader/entries.js';
import { namedEntry } from '../reader/stat.js';
import {
  directoryCluster,
  maxDirectoryClusters,
  readFixedRoot,
  readRuns,
} from '../reader/volume.js';
import type { CheckContext } from './context.js';
import { checkDirectory } from './directory.js';
import type { CheckedDirectory } from './directory.js';

export interface TreeTotals {
  fileCount: number;
  directoryCount: number;
}

/**
 * Goes through all directories and follows all chains. Every cluster is followed once, whoever leads to
 * it, so that this ends however the chains are tangled.
 */
export async function checkTree(context: CheckContext): Promise<TreeTotals> {
  const totals: TreeTotals = { fileCount: 0, directoryCount: 0 };
  const pending: CheckedDirectory[] = [
    { path: '/', isRoot: true, firstCluster: 0, parentCluster: 0 },
  ];
  for (let directory = pending.pop(); directory; directory = pending.pop()) {
    context.signal?.throwIfAborted();
    totals.directoryCount++;
    const bytes = await readClaimed(context, directory);
    const prefix = directory.isRoot ? '' : directory.path;
    const children: CheckedDirectory[] = [];
    for (const entry of checkDirectory(context, directory, bytes)) {
      const path = `${prefix}/${namedEntry(entry, directory.firstCluster).name}`;
      if (path.length > MAX_PATH_UNITS) {
        context.findings.add(
          'path-length',
          directory.path.slice(0, 100),
          'paths in it are too long',
        );
      } else if (entry.attributes & ATTRIBUTE.directory) {
        const { firstCluster } = entry;
        children.push({ path, isRoot: false, firstCluster, parentCluster: directory.firstCluster });
      } else {
        totals.fileCount++;
        await checkFile(context, path, entry);
      }
    }
    pending.push(...children.reverse());
  }
  return totals;
}

/** What can be read of a directory; its clusters become its own. */
async function readClaimed(
  context: CheckContext,
  directory: CheckedDirectory,
): Promise<Uint8Array> {
  const { volume, findings } = context;
  const firstCluster = directoryCluster(volume, directory);
  if (firstCluster === undefined) return readFixedRoot(volume);
  const chain = await claimChain(
    context,
    directory.path,
    firstCluster,
    maxDirectoryClusters(volume),
  );
  findings.expect(chain.end !== 'limit', 'directory-size', directory.path, 'it is too long');
  return readRuns(volume, chain.runs);
}

async function checkFile(context: CheckContext, path: string, entry: RawEntry): Promise<void> {
  const { clusterSizeBytes, clusterCount } = context.volume.bootSector;
  const { firstCluster, sizeBytes } = entry;
  const neededCount = Math.ceil(sizeBytes / clusterSizeBytes);
  if (firstCluster === 0 && neededCount === 0) return;
  const chain = await claimChain(context, path, firstCluster, clusterCount);
  if (chain.end !== 'end' || chain.clusterCount === neededCount) return;
  context.findings.add(
    chain.clusterCount < neededCount ? 'chain-short' : 'chain-long',
    path,
    `its chain has ${chain.clusterCount} clusters, its ${sizeBytes} bytes take ${neededCount}`,
  );
}

/** Follows a chain and makes its clusters those of `path`. */
async function claimChain(
  context: CheckContext,
  path: string,
  firstCluster: number,
  maxClusterCount: number,
): Promise<Chain> {
  const { volume, findings, claims, crossLinks, maxProblems } = context;
  const take = (cluster: number): boolean => claims.take(cluster);
  const chain = await followChain(volume.table, firstCluster, { maxClusterCount, take });
  claims.addOwner(path, chain.runs);
  if (chain.end === 'taken') {
    findings.problemCount++;
    if (crossLinks.length < maxProblems) crossLinks.push({ path, cluster: chain.next });
  } else {
    const problem = describeEnd(chain);
    findings.expect(problem === undefined, 'chain-broken', path, problem ?? '');
  }
  return chain;
}

/** Reports the chains that met, now that it is known what they met. */
export function reportCrossLinks({ findings, claims, crossLinks }: CheckContext): void {
  const owners = claims.ownersOf(crossLinks.map(({ cluster }) => cluster));
  crossLinks.forEach(({ path, cluster }, i) => {
    const owner = owners[i]!;
    // Counted when it was found.
    findings.problemCount--;
    if (owner === path) {
      findings.add('chain-loop', path, `its chain leads back to its cluster ${cluster}`);
    } else {
      findings.add('cross-link', path, `its chain leads to cluster ${cluster}, used by ${owner}`);
    }
  });
}
