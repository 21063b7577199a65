import { MAX_PATH_UNITS } from '../names.js';
import { corrupt } from './corrupt.js';
import { listDirectory } from './listing.js';
import { ROOT_STAT } from './stat.js';
import type { FatStat } from './stat.js';
import type { Volume } from './volume.js';

/** A path on the volume and what it leads to. */
export interface FatWalked {
  readonly path: string;
  readonly stat: FatStat;
}

/**
 * Every path, parents before their children. No two directories share a cluster, so that the walk ends
 * on any volume.
 *
 * @throws ZosiaError `ZOSIA_FAT_CORRUPT`
 */
export async function* walkTree(volume: Volume): AsyncGenerator<FatWalked, void, undefined> {
  const taken = new Set<number>();
  const take = (cluster: number): boolean => !taken.has(cluster) && Boolean(taken.add(cluster));
  const pending: FatWalked[] = [{ path: '/', stat: ROOT_STAT }];
  for (let walked = pending.pop(); walked; walked = pending.pop()) {
    yield walked;
    const { path, stat } = walked;
    if (stat.type === 'file') continue;
    const prefix = stat.isRoot ? '' : path;
    const listed = await listDirectory(volume, stat, path, take);
    for (const { name, stat: child } of listed.reverse()) {
      if (prefix.length + 1 + name.length > MAX_PATH_UNITS) {
        throw corrupt(path.slice(0, 100), 'directories lie deeper in each other than paths go');
      }
      pending.push({ path: `${prefix}/${name}`, stat: child });
    }
  }
}
