import { isLabelEntry, parseEntries } from './entries.js';
import { isDotEntry, namedEntry } from './stat.js';
import type { FatNamed } from './stat.js';
import { readDirectory } from './volume.js';
import type { DirectoryPlace, Volume } from './volume.js';

/**
 * The files in a directory: its entries but for `.`, `..` and labels.
 *
 * @param take as in {@link readDirectory}
 * @throws ZosiaError `ZOSIA_FAT_CORRUPT`
 */
export async function listDirectory(
  volume: Volume,
  place: DirectoryPlace,
  where: string,
  take?: (cluster: number) => boolean,
): Promise<FatNamed[]> {
  const bytes = await readDirectory(volume, place, where, take);
  return parseEntries(bytes, volume.bootSector.type)
    .entries.filter((entry) => !isLabelEntry(entry) && !isDotEntry(entry))
    .map((entry) => namedEntry(entry, place.firstCluster));
}
