import { Decompress } from 'fzstd';
import { ZosiaError } from '../../errors.js';
import { tooLarge } from './limits.js';
import type { DecompressionLimits } from './limits.js';
import {
  BLOCK_HEADER,
  CHECKSUM_BYTES,
  CONTENT_SIZE_16_BASE,
  FRAME_DESCRIPTOR,
  SKIPPABLE_HEADER,
  SKIPPABLE_MAGIC,
  SKIPPABLE_MAGIC_MASK,
  WINDOW_DESCRIPTOR,
  ZSTD_MAGIC,
} from './zstd-layout.js';

/** The largest window the reference decoder accepts unless told otherwise. */
const MAX_WINDOW_BYTES = 128 << 20;
/**
 * The decoder moves its whole window once per block, so thousands of tiny blocks under a large window
 * would keep it busy for hours. A gigabyte compressed at level 19 stays below this.
 */
const MAX_MOVED_BYTES = 256 * 2 ** 30;
const INPUT_PIECE_BYTES = 64 * 1024;

/**
 * Unpacks Zstandard frames (RFC 8878), piece by piece. Frames are measured before any is unpacked.
 * Content checksums are not verified: what zosia unpacks has had its sha256 checked.
 *
 * @throws ZosiaError `ZOSIA_ZSTD_CORRUPT`, `ZOSIA_DECOMPRESSED_TOO_LARGE`
 */
export function* unzstd(
  compressed: Uint8Array,
  limits: DecompressionLimits,
): Generator<Uint8Array, void, undefined> {
  checkFrames(compressed);
  let produced: Uint8Array[] = [];
  let producedBytes = 0;
  const decoder = new Decompress((chunk) => {
    producedBytes += chunk.length;
    if (producedBytes > limits.maxBytes) throw tooLarge(limits.maxBytes);
    if (chunk.length > 0) produced.push(chunk);
  });
  for (let position = 0; position < compressed.length; position += INPUT_PIECE_BYTES) {
    const end = position + INPUT_PIECE_BYTES;
    try {
      decoder.push(compressed.subarray(position, end), end >= compressed.length);
    } catch (error) {
      throw error instanceof ZosiaError ? error : corrupt(String(error), error);
    }
    yield* produced;
    produced = [];
  }
}

/** Walks frames and blocks by their headers alone. */
function checkFrames(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let position = 0;
  let movedBytes = 0;
  try {
    do {
      const magic = view.getUint32(position, true);
      if ((magic & SKIPPABLE_MAGIC_MASK) >>> 0 === SKIPPABLE_MAGIC) {
        position += SKIPPABLE_HEADER.sizeBytes;
        position += view.getUint32(position - SKIPPABLE_HEADER.lengthOffset, true);
      } else if (magic === ZSTD_MAGIC) {
        const frame = measureFrame(view, position);
        movedBytes += frame.windowBytes * frame.blockCount;
        position = frame.end;
      } else {
        throw corrupt(`no frame at ${position}`);
      }
      if (movedBytes > MAX_MOVED_BYTES) throw corrupt('implausibly small blocks');
    } while (position < bytes.length);
  } catch (error) {
    throw error instanceof RangeError ? corrupt('cut short', error) : error;
  }
}

interface FrameMeasure {
  readonly windowBytes: number;
  readonly blockCount: number;
  readonly end: number;
}

/** @throws RangeError when the frame runs past the data */
function measureFrame(view: DataView, start: number): FrameMeasure {
  let position = start + FRAME_DESCRIPTOR.offset;
  const descriptor = view.getUint8(position++);
  const singleSegment = (descriptor & FRAME_DESCRIPTOR.singleSegmentBit) !== 0;
  let windowBytes = 0;
  if (!singleSegment) windowBytes = windowSize(view.getUint8(position++));
  position += FRAME_DESCRIPTOR.dictionaryIdWidths[descriptor & 3]!;
  const stated =
    FRAME_DESCRIPTOR.contentSizeWidths[descriptor >> FRAME_DESCRIPTOR.contentSizeShift]!;
  const width = stated === 0 && singleSegment ? 1 : stated;
  if (singleSegment) windowBytes = contentSize(view, position, width);
  position += width;
  if (windowBytes > MAX_WINDOW_BYTES) {
    throw corrupt(`window of ${windowBytes} bytes, at most ${MAX_WINDOW_BYTES} are supported`);
  }

  for (let blockCount = 1; ; blockCount++) {
    const header = view.getUint16(position, true) | (view.getUint8(position + 2) << 16);
    const type = (header >> BLOCK_HEADER.typeShift) & BLOCK_HEADER.typeMask;
    if (type === BLOCK_HEADER.typeReserved) throw corrupt('reserved block type');
    const stored = type === BLOCK_HEADER.typeRle ? 1 : header >> BLOCK_HEADER.sizeShift;
    position += BLOCK_HEADER.sizeBytes + stored;
    if ((header & BLOCK_HEADER.lastBit) === 0) continue;
    if ((descriptor & FRAME_DESCRIPTOR.checksumBit) !== 0) position += CHECKSUM_BYTES;
    return { windowBytes, blockCount, end: position };
  }
}

function windowSize(descriptor: number): number {
  const log = WINDOW_DESCRIPTOR.baseLog + (descriptor >> WINDOW_DESCRIPTOR.exponentShift);
  const base = 2 ** log;
  return base + (base / 8) * (descriptor & WINDOW_DESCRIPTOR.mantissaMask);
}

function contentSize(view: DataView, offset: number, width: number): number {
  switch (width) {
    case 1:
      return view.getUint8(offset);
    case 2:
      return view.getUint16(offset, true) + CONTENT_SIZE_16_BASE;
    case 4:
      return view.getUint32(offset, true);
    default:
      return Number(view.getBigUint64(offset, true));
  }
}

function corrupt(detail: string, cause?: unknown): ZosiaError {
  return new ZosiaError('ZOSIA_ZSTD_CORRUPT', `zstd data is damaged (${detail})`, {
    hint: 'Fetch the file again.',
    cause,
  });
}
