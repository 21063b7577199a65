import { flatten } from '../../image/image.js';
import type { Image, LeafSegment } from '../../image/image.js';
import { SECTOR_BYTES } from '../sector.js';

/** Whole sectors of an image that are whole sectors of a file. */
export interface FileRun {
  /** Byte offset in the image. */
  readonly offset: number;
  readonly length: number;
  readonly path: string;
  /** Byte offset in the file. */
  readonly fileOffset: number;
}

/**
 * The runs of an image that an extent can point at, in order: file ranges, joined where one goes on
 * where the other ends, cut down to whole sectors. Ranges that lie differently to the sectors of the
 * image than to those of the file, and ranges shorter than `minimumBytes`, are left out.
 */
export function fileRuns(image: Image, minimumBytes: number): FileRun[] {
  const runs: FileRun[] = [];
  for (const { offset, length, path, fileOffset } of joinedRanges(flatten(image))) {
    if ((offset - fileOffset) % SECTOR_BYTES !== 0) continue;
    const start = Math.ceil(offset / SECTOR_BYTES) * SECTOR_BYTES;
    const end = Math.floor((offset + length) / SECTOR_BYTES) * SECTOR_BYTES;
    if (end - start < minimumBytes) continue;
    runs.push({
      offset: start,
      length: end - start,
      path,
      fileOffset: fileOffset + (start - offset),
    });
  }
  return runs;
}

function joinedRanges(leaves: readonly LeafSegment[]): FileRun[] {
  const ranges: FileRun[] = [];
  for (const { offset, length, source } of leaves) {
    if (source.kind !== 'file') continue;
    const last = ranges.at(-1);
    const continues =
      last?.path === source.path &&
      last.offset + last.length === offset &&
      last.fileOffset + last.length === source.offset;
    if (continues) ranges[ranges.length - 1] = { ...last, length: last.length + length };
    else ranges.push({ offset, length, path: source.path, fileOffset: source.offset });
  }
  return ranges;
}
