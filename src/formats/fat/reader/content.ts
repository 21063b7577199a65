import { checkRange } from '../../../image/random-access.js';
import type { RandomAccess } from '../../../image/random-access.js';
import { clusterOffset } from './boot-sector.js';
import { fileRuns } from './chain.js';
import type { FatStat } from './stat.js';
import type { Volume } from './volume.js';

/** A run of bytes of a file that is a run of bytes of the volume. */
export interface FatRange {
  /** Byte offset in the file. */
  readonly offset: number;
  /** Byte offset on the volume. */
  readonly volumeOffset: number;
  readonly length: number;
}

/**
 * Where a file lies, in order.
 *
 * @throws ZosiaError `ZOSIA_FAT_CORRUPT`
 */
export async function contentRanges(
  { table, bootSector }: Volume,
  file: FatStat,
  where: string,
): Promise<FatRange[]> {
  const ranges: FatRange[] = [];
  let offset = 0;
  for (const { firstCluster, clusterCount } of await fileRuns(table, file, where)) {
    const roomBytes = clusterCount * bootSector.clusterSizeBytes;
    const length = Math.min(roomBytes, file.sizeBytes - offset);
    ranges.push({ offset, volumeOffset: clusterOffset(bootSector, firstCluster), length });
    offset += length;
  }
  return ranges;
}

/** The content of a file. @throws ZosiaError `ZOSIA_FAT_CORRUPT` */
export async function openContent(
  volume: Volume,
  file: FatStat,
  where: string,
): Promise<RandomAccess> {
  const ranges = await contentRanges(volume, file, where);
  const { sizeBytes } = file;
  return {
    sizeBytes,
    async read(offset, length) {
      checkRange(sizeBytes, offset, length);
      const result = new Uint8Array(length);
      const end = offset + length;
      for (let i = lastStartingBy(ranges, offset); i < ranges.length; i++) {
        const range = ranges[i]!;
        if (range.offset >= end) break;
        const from = Math.max(range.offset, offset);
        const to = Math.min(range.offset + range.length, end);
        const source = range.volumeOffset + (from - range.offset);
        result.set(await volume.source.read(source, to - from), from - offset);
      }
      return result;
    },
  };
}

/** Index of the last range that starts at `offset` or before it; 0 when there is none. */
function lastStartingBy(ranges: readonly FatRange[], offset: number): number {
  let low = 0;
  let high = ranges.length;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (ranges[middle]!.offset <= offset) low = middle;
    else high = middle;
  }
  return low;
}
