import { stat, statfs } from 'node:fs/promises';
import { ZosiaError } from '../errors.js';
import { option, wording } from '../wording.js';
import { dataRuns } from './data-runs.js';
import type { LeafSegment } from '../image/image.js';
import { MIB } from '../image/units.js';

/** `st_blocks` counts in these, whatever the file system's block size (POSIX, sys/stat.h). */
export const STAT_BLOCK_BYTES = 512;
/**
 * Refuses a write that the file system of `folder` has no room for, before it is begun. Segments take
 * what they are long, except for what is known to become holes: zeros in memory, and the holes of
 * sparse files. Where free space is not told, nothing is refused.
 *
 * @param path the file to be written, for the message
 * @throws ZosiaError `ZOSIA_DISK_FULL`
 */
export async function checkFreeSpace(
  folder: string,
  path: string,
  leaves: readonly LeafSegment[],
): Promise<void> {
  const freeBytes = await readFreeBytes(folder);
  if (freeBytes === undefined || dataLength(leaves) <= freeBytes) return;
  const neededBytes = await allocatedBytes(leaves);
  if (neededBytes <= freeBytes) return;
  throw noRoom(path, neededBytes, freeBytes);
}

/** The error for a file that a file system has no room for, found before it is written. */
export function noRoom(path: string, neededBytes: number, freeBytes: number): ZosiaError {
  const needed = Math.ceil(neededBytes / MIB);
  const free = Math.floor(freeBytes / MIB);
  return new ZosiaError(
    'ZOSIA_DISK_FULL',
    `no room to write ${path}: it needs ${needed} MiB, ${free} MiB are free`,
    {
      hint: [
        wording`Free some space, or name another place with ${option('out')}.`,
        'Free some space there.',
      ],
    },
  );
}

/** The bytes of data in an image; gaps do not count. */
export function dataLength(leaves: readonly LeafSegment[]): number {
  return leaves.reduce((sum, { length }) => sum + length, 0);
}

/** Room for those who are not root; undefined where the file system does not tell. */
export async function readFreeBytes(folder: string): Promise<number | undefined> {
  const stats = await statfs(folder).catch(() => undefined);
  return stats && stats.blocks > 0 ? stats.bavail * stats.bsize : undefined;
}

async function allocatedBytes(leaves: readonly LeafSegment[]): Promise<number> {
  let total = 0;
  const ofFiles = new Map<string, number>();
  for (const { offset, length, source } of leaves) {
    if (source.kind === 'file') {
      ofFiles.set(source.path, (ofFiles.get(source.path) ?? 0) + length);
    } else if (source.kind === 'access') {
      total += length;
    } else {
      for (const { bytes } of dataRuns(offset, source.bytes)) total += bytes.length;
    }
  }
  for (const [path, length] of ofFiles) {
    // A file that is gone is told when its turn to be read comes.
    const stats = await stat(path).catch(() => undefined);
    const storedBytes = stats ? stats.blocks * STAT_BLOCK_BYTES : length;
    const isSparse = stats !== undefined && storedBytes < stats.size;
    total += isSparse ? Math.min(length, storedBytes) : length;
  }
  return total;
}
