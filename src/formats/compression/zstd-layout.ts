/**
 * The parts of a Zstandard frame that say how much work it is (RFC 8878, sections 3.1.1 and 3.1.2).
 * All numbers are little-endian.
 */

/** Magic number of a frame with data. */
export const ZSTD_MAGIC = 0xfd2fb528;
export const MAGIC_BYTES = 4;
/** Magic number, descriptor, window, and the widest dictionary ID and content size. */
export const MAX_HEADER_BYTES = 4 + 1 + 1 + 4 + 8;
/** No block holds more, packed or not (section 3.1.1.2.4). */
export const MAX_BLOCK_BYTES = 128 * 1024;
/** Skippable frames have sixteen magic numbers; the low four bits are the writer's own. */
export const SKIPPABLE_MAGIC = 0x184d2a50;
export const SKIPPABLE_MAGIC_MASK = 0xfffffff0;
/** A skippable frame: magic number, then the length of what follows, four bytes each. */
export const SKIPPABLE_HEADER = { lengthOffset: 4, sizeBytes: 8 } as const;

/** Frame_Header_Descriptor, the byte after the magic number. */
export const FRAME_DESCRIPTOR = {
  offset: 4,
  /** Bits 0-1: width of Dictionary_ID in bytes, by value. */
  dictionaryIdWidths: [0, 1, 2, 4],
  checksumBit: 0x04,
  /** No Window_Descriptor follows; the window is the whole content. */
  singleSegmentBit: 0x20,
  /** Bits 6-7: width of Frame_Content_Size in bytes, by value; 0 means 1 in a single segment. */
  contentSizeShift: 6,
  contentSizeWidths: [0, 2, 4, 8],
} as const;

/** Window_Descriptor: an exponent above 2^10 and eighths of it. */
export const WINDOW_DESCRIPTOR = { baseLog: 10, exponentShift: 3, mantissaMask: 7 } as const;

/** A two-byte Frame_Content_Size counts from here. */
export const CONTENT_SIZE_16_BASE = 256;

/** Block_Header: three bytes of last-block bit, two bits of type, 21 bits of size. */
export const BLOCK_HEADER = {
  sizeBytes: 3,
  lastBit: 1,
  typeShift: 1,
  typeMask: 3,
  sizeShift: 3,
  /** A run of one byte: the size is the run's, one byte is stored. */
  typeRle: 1,
  typeReserved: 3,
} as const;

/** Content_Checksum after the last block. */
export const CHECKSUM_BYTES = 4;
