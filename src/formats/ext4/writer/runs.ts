import type { Image, Segment } from '../../../image/image.js';

/** File blocks in a row that hold data. */
export interface FileRun {
  readonly fileBlock: number;
  blockCount: number;
}

/** The blocks that data touches, by file block, merged; what lies between them are holes. */
export function dataRuns(data: Image, blockSizeBytes: number): FileRun[] {
  const runs: FileRun[] = [];
  for (const { offset, length } of data.segments) {
    const first = Math.floor(offset / blockSizeBytes);
    const end = Math.ceil((offset + length) / blockSizeBytes);
    const last = runs.at(-1);
    if (last && first <= last.fileBlock + last.blockCount) last.blockCount = end - last.fileBlock;
    else runs.push({ fileBlock: first, blockCount: end - first });
  }
  return runs;
}

/** One run from the start of the file. */
export function solidRun(blockCount: number): FileRun[] {
  return blockCount === 0 ? [] : [{ fileBlock: 0, blockCount }];
}

export function runsBlockCount(runs: readonly FileRun[]): number {
  return runs.reduce((sum, { blockCount }) => sum + blockCount, 0);
}

/**
 * The segments of a file in the image, when its runs lie one after the other from `startBlock`.
 * Sources are passed on as they are.
 */
export function placeData(
  data: Image,
  runs: readonly FileRun[],
  place: { readonly startBlock: number; readonly blockSizeBytes: number; readonly label: string },
): Segment[] {
  const { startBlock, blockSizeBytes, label } = place;
  const segments: Segment[] = [];
  let run = 0;
  let imageBlock = startBlock;
  for (const { offset, length, source } of data.segments) {
    const fileBlock = Math.floor(offset / blockSizeBytes);
    for (; fileBlock >= runs[run]!.fileBlock + runs[run]!.blockCount; run++) {
      imageBlock += runs[run]!.blockCount;
    }
    const offsetInRun = offset - runs[run]!.fileBlock * blockSizeBytes;
    segments.push({ offset: imageBlock * blockSizeBytes + offsetInRun, length, source, label });
  }
  return segments;
}
