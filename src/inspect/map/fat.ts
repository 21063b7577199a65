import { escapeName } from '../../formats/escaped-name.js';
import type { FatBootSector } from '../../formats/fat/reader/boot-sector.js';
import { FatReader } from '../../formats/fat/reader/reader.js';
import { openVolume } from '../../formats/fat/reader/volume.js';
import type { RandomAccess } from '../../image/random-access.js';
import { mapFat } from '../fat/map.js';
import type { Contents } from './content.js';
import { regionRanges } from './pieces.js';
import { nest } from './range.js';
import type { MapRange } from './range.js';

/**
 * A FAT volume: its reserved sectors, its file allocation tables, its root directory where that has a
 * place of its own, and its clusters.
 *
 * @throws ZosiaError `ZOSIA_FAT_CORRUPT`
 */
export async function fatRange(
  source: RandomAccess,
  contents: Contents,
  signal?: AbortSignal,
): Promise<MapRange> {
  const volume = await openVolume(source);
  const { bootSector } = volume;
  const { regions } = await mapFat(volume, signal);
  const ranges = await regionRanges(regions, source, contents);
  const label = await new FatReader(volume).label();
  return {
    offset: 0,
    length: source.sizeBytes,
    kind: 'container',
    what: `${bootSector.type} volume`,
    name: label === '' ? undefined : escapeName(new TextEncoder().encode(label)),
    note: `${bootSector.clusterCount} clusters of ${bootSector.clusterSizeBytes} bytes`,
    children: nest(ranges, areaRanges(bootSector, source.sizeBytes)),
  };
}

/** The areas of a volume, one behind the other. */
function areaRanges(bootSector: FatBootSector, sizeBytes: number): MapRange[] {
  const { fatOffset, rootOffset, heapOffset, clusterCount, clusterSizeBytes } = bootSector;
  const heapEnd = Math.min(sizeBytes, heapOffset + clusterCount * clusterSizeBytes);
  const ranges: MapRange[] = [];
  const add = (what: string, offset: number, end: number, kind: MapRange['kind']): void => {
    if (end > offset) ranges.push({ offset, length: end - offset, kind, what });
  };
  add('reserved sectors', 0, fatOffset, 'container');
  add('file allocation tables', fatOffset, rootOffset, 'container');
  add('root directory area', rootOffset, heapOffset, 'container');
  add('clusters', heapOffset, heapEnd, 'container');
  add('behind the last cluster', heapEnd, sizeBytes, 'free');
  return ranges;
}
