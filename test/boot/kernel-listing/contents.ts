import { createHash } from 'node:crypto';
import type { Image } from '../../../src/image/image.js';

/** As content.h has them. */
const WHOLE_MAX_BYTES = 16 << 20;
const PIECE_COUNT = 64;
const PIECE_BYTES = 4096;

/** Bytes of a file that lie in blocks of their own, unlike a hole. */
export interface Run {
  readonly offset: number;
  length: number;
}

/** The blocks that data touches; the last one ends where the file does. */
export function dataRuns(data: Image, blockSizeBytes: number): Run[] {
  const runs: Run[] = [];
  for (const { offset, length } of data.segments) {
    const start = Math.floor(offset / blockSizeBytes) * blockSizeBytes;
    const blocksEnd = Math.ceil((offset + length) / blockSizeBytes) * blockSizeBytes;
    const end = Math.min(blocksEnd, data.sizeBytes);
    const last = runs.at(-1);
    if (last && start <= last.offset + last.length) last.length = end - last.offset;
    else runs.push({ offset: start, length: end - start });
  }
  return runs;
}

/** What content.c hashes, hashed here. */
export function contentDigest(data: Image, runs: readonly Run[]): string {
  const hash = createHash('sha256');
  if (data.sizeBytes <= WHOLE_MAX_BYTES) {
    return hash.update(readSparse(data, 0, data.sizeBytes)).digest('hex');
  }
  for (const { offset, length } of runs) {
    if (length <= PIECE_COUNT * PIECE_BYTES) {
      hash.update(readSparse(data, offset, length));
      continue;
    }
    for (let i = 0; i < PIECE_COUNT; i++) {
      hash.update(readSparse(data, pieceOffset(offset, length, i), PIECE_BYTES));
    }
  }
  return hash.digest('hex');
}

/** Where the piece `i` of a run begins. */
function pieceOffset(runOffset: number, runLength: number, i: number): number {
  return runOffset + Math.floor(((runLength - PIECE_BYTES) * i) / (PIECE_COUNT - 1));
}

/** Offsets of all the pieces that are read of a file without holes. */
export function pieceOffsets(sizeBytes: number): number[] {
  return Array.from({ length: PIECE_COUNT }, (_, i) => pieceOffset(0, sizeBytes, i));
}

/** Bytes that are in memory are what they are; all else is zeros. */
function readSparse(data: Image, from: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let i = firstSegmentAfter(data, from); i < data.segments.length; i++) {
    const { offset, source } = data.segments[i]!;
    if (offset >= from + length) break;
    if (source.kind !== 'bytes') continue;
    const start = Math.max(offset, from);
    const part = source.bytes.subarray(start - offset, from + length - offset);
    bytes.set(part, start - from);
  }
  return bytes;
}

/** The first segment that ends after an offset. */
function firstSegmentAfter({ segments }: Image, offset: number): number {
  let low = 0;
  let high = segments.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const segment = segments[middle]!;
    if (segment.offset + segment.length > offset) high = middle;
    else low = middle + 1;
  }
  return low;
}
