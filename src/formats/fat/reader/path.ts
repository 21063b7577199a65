import { ZosiaError } from '../../../errors.js';
import { foldName, quote } from '../names.js';
import { listDirectory } from './listing.js';
import { ROOT_STAT } from './stat.js';
import type { FatNamed, FatStat } from './stat.js';
import type { Volume } from './volume.js';

/**
 * Follows a path from the root. Names may be in any case, and short; `..` leads to the directory that the
 * path came from, and in the root nowhere else.
 *
 * @throws ZosiaError `ZOSIA_FAT_NO_SUCH_PATH`, `ZOSIA_FAT_CORRUPT`
 */
export async function resolvePath(volume: Volume, path: string): Promise<FatStat> {
  const trail: FatNamed[] = [{ name: '', stat: ROOT_STAT }];
  for (const name of path.split('/').filter((each) => each !== '' && each !== '.')) {
    const { stat } = trail.at(-1)!;
    const isUp = stat.type === 'directory' && name === '..';
    if (isUp) {
      if (trail.length > 1) trail.pop();
      continue;
    }
    const where = trail.map((each) => each.name).join('/') || '/';
    const found = stat.type === 'directory' ? await find(volume, stat, name, where) : undefined;
    if (!found) {
      throw new ZosiaError('ZOSIA_FAT_NO_SUCH_PATH', `${quote(path)} is not on the volume`, {
        hint: 'List what there is with `zosia ls IMAGE`.',
      });
    }
    trail.push(found);
  }
  return trail.at(-1)!.stat;
}

/** A long name counts more than a short one that is the same. */
async function find(
  volume: Volume,
  directory: FatStat,
  name: string,
  where: string,
): Promise<FatNamed | undefined> {
  const wanted = foldName(name);
  const listed = await listDirectory(volume, directory, where);
  return (
    listed.find((each) => foldName(each.name) === wanted) ??
    listed.find((each) => foldName(each.stat.shortName) === wanted)
  );
}
