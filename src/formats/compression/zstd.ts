import type { Decompress } from 'fzstd';
import { ZosiaError } from '../../errors.js';
import type { RandomAccess } from '../../image/random-access.js';
import { windowedAccess } from '../../image/windowed-access.js';
import type { DecompressionLimits } from './limits.js';
import { unpackAll } from './unpacking.js';
import type { Unpacking } from './unpacking.js';
import { Xxh64 } from './xxh64.js';
import {
  BLOCK_HEADER,
  CHECKSUM_BYTES,
  CONTENT_SIZE_16_BASE,
  FRAME_DESCRIPTOR,
  MAGIC_BYTES,
  MAX_BLOCK_BYTES,
  MAX_HEADER_BYTES,
  SKIPPABLE_HEADER,
  SKIPPABLE_MAGIC,
  SKIPPABLE_MAGIC_MASK,
  WINDOW_DESCRIPTOR,
  ZSTD_MAGIC,
} from './zstd-layout.js';
import { GIB } from '../../image/units.js';

/** The largest window the reference decoder accepts unless told otherwise. */
const MAX_WINDOW_BYTES = 128 << 20;
/**
 * The decoder moves its whole window once per block, so thousands of tiny blocks under a large window
 * would keep it busy for hours. A gigabyte compressed at level 19 stays below this.
 */
const MAX_MOVED_BYTES = 80 * GIB;

/**
 * Unpacks Zstandard frames (RFC 8878) up to the end of the source, piece by piece; skippable ones are passed
 * over.
 *
 * @throws ZosiaError `ZOSIA_ZSTD_CORRUPT`, `ZOSIA_DECOMPRESSED_TOO_LARGE`
 */
export function unzstd(
  source: RandomAccess,
  limits: DecompressionLimits,
): AsyncGenerator<Uint8Array, void, undefined> {
  return unpackAll(source, unzstdFrame, limits);
}

/**
 * Unpacks the frame that begins at `offset`, a block (at most 128 KiB) at a time: a few bytes may stand for
 * each of them. Its checksum, if it has one, is checked at its end; the decoder package passes over it.
 *
 * @throws ZosiaError `ZOSIA_ZSTD_CORRUPT`
 */
export async function* unzstdFrame(source: RandomAccess, offset: number): Unpacking {
  const input = windowedAccess(source);
  const read = async (position: number, length: number): Promise<Uint8Array> => {
    if (position + length > input.sizeBytes) throw corrupt('cut short');
    return input.read(position, length);
  };
  const magic = view(await read(offset, MAGIC_BYTES)).getUint32(0, true);
  if ((magic & SKIPPABLE_MAGIC_MASK) >>> 0 === SKIPPABLE_MAGIC) {
    const header = view(await read(offset, SKIPPABLE_HEADER.sizeBytes));
    const length = header.getUint32(SKIPPABLE_HEADER.lengthOffset, true);
    const end = offset + SKIPPABLE_HEADER.sizeBytes + length;
    if (end > input.sizeBytes) throw corrupt('cut short');
    return end;
  }
  if (magic !== ZSTD_MAGIC) throw corrupt(`no frame at ${offset}`);

  const { headerBytes, windowBytes, hasChecksum } = frameHeader(
    await input.read(offset, Math.min(MAX_HEADER_BYTES, input.sizeBytes - offset)),
  );
  // Loaded when it is needed: most of who import this unpack nothing.
  const { Decompress } = await import('fzstd');
  const decoder = new BlockDecoder(Decompress);
  const hash = hasChecksum ? new Xxh64() : undefined;
  decoder.push(await read(offset, headerBytes));
  let position = offset + headerBytes;
  for (let blockCount = 1, isLast = false; !isLast; blockCount++) {
    if (windowBytes * blockCount > MAX_MOVED_BYTES) throw corrupt('implausibly small blocks');
    const block = blockHeader(await read(position, BLOCK_HEADER.sizeBytes));
    const length = BLOCK_HEADER.sizeBytes + block.storedBytes;
    decoder.push(await read(position, length));
    position += length;
    isLast = block.isLast;
    for (const piece of decoder.take()) {
      hash?.update(piece);
      yield piece;
    }
  }
  const checksumBytes = hasChecksum ? CHECKSUM_BYTES : 0;
  const checksum = await read(position, checksumBytes);
  decoder.push(checksum, true);
  for (const piece of decoder.take()) {
    hash?.update(piece);
    yield piece;
  }
  if (hash && hash.digestLow() !== view(checksum).getUint32(0, true)) {
    throw corrupt('its checksum does not match');
  }
  return position + checksumBytes;
}

/** Whether the frame that begins at `offset` ends with a checksum. */
export async function hasZstdChecksum(source: RandomAccess, offset: number): Promise<boolean> {
  const at = offset + FRAME_DESCRIPTOR.offset;
  if (at >= source.sizeBytes) return false;
  const [descriptor] = await source.read(at, 1);
  return (descriptor! & FRAME_DESCRIPTOR.checksumBit) !== 0;
}

/** The decoder package, whose output is taken when it is wanted. */
class BlockDecoder {
  #produced: Uint8Array[] = [];
  readonly #decoder: Decompress;

  constructor(Decoder: typeof Decompress) {
    this.#decoder = new Decoder((chunk) => {
      if (chunk.length > 0) this.#produced.push(chunk);
    });
  }

  /** @throws ZosiaError `ZOSIA_ZSTD_CORRUPT` */
  push(bytes: Uint8Array, isFinal = false): void {
    try {
      this.#decoder.push(bytes, isFinal);
    } catch (error) {
      throw corrupt(String(error), error);
    }
  }

  take(): Uint8Array[] {
    const produced = this.#produced;
    this.#produced = [];
    return produced;
  }
}

interface FrameHeader {
  readonly headerBytes: number;
  readonly windowBytes: number;
  readonly hasChecksum: boolean;
}

/** @param bytes the first of a frame: {@link MAX_HEADER_BYTES}, or all that there are */
function frameHeader(bytes: Uint8Array): FrameHeader {
  try {
    return parseFrameHeader(view(bytes));
  } catch (error) {
    throw error instanceof RangeError ? corrupt('cut short', error) : error;
  }
}

/** @throws RangeError when the header runs past the data */
function parseFrameHeader(header: DataView): FrameHeader {
  let position: number = FRAME_DESCRIPTOR.offset;
  const descriptor = header.getUint8(position++);
  const singleSegment = (descriptor & FRAME_DESCRIPTOR.singleSegmentBit) !== 0;
  let windowBytes = 0;
  if (!singleSegment) windowBytes = windowSize(header.getUint8(position++));
  position += FRAME_DESCRIPTOR.dictionaryIdWidths[descriptor & 3]!;
  const stated =
    FRAME_DESCRIPTOR.contentSizeWidths[descriptor >> FRAME_DESCRIPTOR.contentSizeShift]!;
  const width = stated === 0 && singleSegment ? 1 : stated;
  if (singleSegment) windowBytes = contentSize(header, position, width);
  position += width;
  if (windowBytes > MAX_WINDOW_BYTES) {
    throw corrupt(`window of ${windowBytes} bytes, at most ${MAX_WINDOW_BYTES} are supported`);
  }
  const hasChecksum = (descriptor & FRAME_DESCRIPTOR.checksumBit) !== 0;
  return { headerBytes: position, windowBytes, hasChecksum };
}

function blockHeader(bytes: Uint8Array): { isLast: boolean; storedBytes: number } {
  const header = bytes[0]! | (bytes[1]! << 8) | (bytes[2]! << 16);
  const type = (header >> BLOCK_HEADER.typeShift) & BLOCK_HEADER.typeMask;
  if (type === BLOCK_HEADER.typeReserved) throw corrupt('reserved block type');
  const size = header >> BLOCK_HEADER.sizeShift;
  if (size > MAX_BLOCK_BYTES) throw corrupt(`block of ${size} bytes`);
  return {
    isLast: (header & BLOCK_HEADER.lastBit) !== 0,
    storedBytes: type === BLOCK_HEADER.typeRle ? 1 : size,
  };
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
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
