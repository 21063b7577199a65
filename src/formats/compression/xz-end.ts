import type { RandomAccess } from '../../image/random-access.js';
import { windowedAccess } from '../../image/windowed-access.js';

/**
 * Where an .xz stream ends, found by its structure, without unpacking it.
 * Source: The .xz File Format, version 1.2.1, section numbers below; chunks: LZMA2 in XZ Embedded's xz_lzma2.h.
 */

/** Header and footer of a stream, each (2.1.1 and 2.1.2). */
const EDGE_BYTES = 12;
const FLAGS_OFFSET = 7;
const ALIGNMENT_BYTES = 4;
/** Size of a block's check by the lower four bits of the stream's flags (2.1.1.2). */
const CHECK_BYTES = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64] as const;
const INDEX_INDICATOR = 0;
const CRC32_BYTES = 4;
/** A variable-length integer has at most nine bytes, seven bits each (1.2). */
const MAX_INTEGER_BYTES = 9;

/** LZMA2: the first byte of a chunk. */
const CHUNK = {
  end: 0x00,
  plainWithReset: 0x01,
  plain: 0x02,
  packedBit: 0x80,
  /** From here on a byte of properties follows the sizes. */
  withProperties: 0xc0,
  plainHeaderBytes: 3,
  packedHeaderBytes: 5,
} as const;

class NoXz extends Error {}

/** The offset behind the stream that begins at `offset`, or undefined when there is no whole one. */
export async function xzStreamEnd(
  source: RandomAccess,
  offset: number,
): Promise<number | undefined> {
  try {
    const cursor = new Cursor(windowedAccess(source), offset);
    const checkBytes = CHECK_BYTES[(await cursor.bytes(EDGE_BYTES))[FLAGS_OFFSET]! & 0xf]!;
    for (let size = await cursor.byte(); size !== INDEX_INDICATOR; size = await cursor.byte()) {
      // A block: its header's size counts in fours, and the byte that says so is part of it (3.1.1).
      cursor.skip((size + 1) * ALIGNMENT_BYTES - 1);
      await skipChunks(cursor);
      cursor.align(offset);
      cursor.skip(checkBytes);
    }
    await skipIndex(cursor);
    cursor.align(offset);
    cursor.skip(CRC32_BYTES + EDGE_BYTES);
    return cursor.position <= source.sizeBytes ? cursor.position : undefined;
  } catch (error) {
    if (error instanceof NoXz) return undefined;
    throw error;
  }
}

async function skipChunks(cursor: Cursor): Promise<void> {
  for (;;) {
    const control = await cursor.byte();
    if (control === CHUNK.end) return;
    if (control & CHUNK.packedBit) {
      const sizes = await cursor.bytes(CHUNK.packedHeaderBytes - 1);
      const properties = control >= CHUNK.withProperties ? 1 : 0;
      cursor.skip(((sizes[2]! << 8) | sizes[3]!) + 1 + properties);
    } else if (control === CHUNK.plain || control === CHUNK.plainWithReset) {
      const size = await cursor.bytes(CHUNK.plainHeaderBytes - 1);
      cursor.skip(((size[0]! << 8) | size[1]!) + 1);
    } else {
      throw new NoXz();
    }
  }
}

/** The number of records, and two integers for each (4.2 and 4.3). */
async function skipIndex(cursor: Cursor): Promise<void> {
  const recordCount = await cursor.integer();
  for (let i = 0; i < recordCount; i++) {
    await cursor.integer();
    await cursor.integer();
  }
}

class Cursor {
  constructor(
    private readonly source: RandomAccess,
    public position: number,
  ) {}

  async bytes(length: number): Promise<Uint8Array> {
    if (this.position + length > this.source.sizeBytes) throw new NoXz();
    const bytes = await this.source.read(this.position, length);
    this.position += length;
    return bytes;
  }

  async byte(): Promise<number> {
    return (await this.bytes(1))[0]!;
  }

  async integer(): Promise<number> {
    let value = 0;
    for (let i = 0; i < MAX_INTEGER_BYTES; i++) {
      const byte = await this.byte();
      value += (byte & 0x7f) * 2 ** (7 * i);
      if (byte < 0x80) return value;
    }
    throw new NoXz();
  }

  skip(length: number): void {
    this.position += length;
  }

  align(start: number): void {
    this.position += (start - this.position) & (ALIGNMENT_BYTES - 1);
  }
}
