import { ZosiaError } from '../../errors.js';
import type { RandomAccess } from '../../image/random-access.js';
import { windowedAccess } from '../../image/windowed-access.js';
import type { Unpacking } from './unpacking.js';

/**
 * LZ4 in its legacy frame, the only one that the kernel takes for an initramfs (`lz4 -l`): a magic number,
 * then chunks of a length in four bytes and a block. Little-endian. No library on npm reads this frame.
 * Source: LZ4 Frame Format Description, "Legacy frame"; LZ4 Block Format Description.
 */
const LEGACY_MAGIC = 0x184c2102;
const WORD_BYTES = 4;
/** Every chunk but the last unpacks to just as much. */
const CHUNK_BYTES = 8 << 20;
/** The most that a chunk can be packed to: LZ4_compressBound. */
const MAX_PACKED_BYTES = CHUNK_BYTES + Math.ceil(CHUNK_BYTES / 255) + 16;

/**
 * Unpacks the legacy frame that begins at `offset`, 8 MiB at a time. It says nowhere that it ends: it does at
 * the end of the source, and where the length of the next chunk is 0, as in padding.
 *
 * @throws ZosiaError `ZOSIA_LZ4_CORRUPT`
 */
export async function* unlz4Legacy(source: RandomAccess, offset: number): Unpacking {
  const input = windowedAccess(source);
  let position = offset;
  const word = async (): Promise<number | undefined> => {
    if (position + WORD_BYTES > input.sizeBytes) return undefined;
    const bytes = await input.read(position, WORD_BYTES);
    return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  };
  if ((await word()) !== LEGACY_MAGIC) throw corrupt('no legacy frame');
  position += WORD_BYTES;
  for (;;) {
    const packedBytes = await word();
    // A few bytes that are no length are what pads a frame to a boundary.
    if (packedBytes === undefined) return input.sizeBytes;
    if (packedBytes === 0) return position;
    position += WORD_BYTES;
    // Frames may follow each other.
    if (packedBytes === LEGACY_MAGIC) continue;
    if (packedBytes > MAX_PACKED_BYTES) throw corrupt(`chunk of ${packedBytes} bytes`);
    if (position + packedBytes > input.sizeBytes) throw corrupt('cut short');
    yield unlz4Block(await input.read(position, packedBytes));
    position += packedBytes;
  }
}

/** Lengths in a token: four bits, and further bytes when all are set. */
const LENGTH_MASK = 15;
const MORE = 255;
const MIN_MATCH_BYTES = 4;

/** @throws ZosiaError `ZOSIA_LZ4_CORRUPT`, also for more than {@link CHUNK_BYTES} */
function unlz4Block(packed: Uint8Array): Uint8Array {
  const out = new Uint8Array(CHUNK_BYTES);
  let at = 0;
  let length = 0;
  const moreLength = (nibble: number): number => {
    let sum = nibble;
    for (let byte = nibble === LENGTH_MASK ? MORE : 0; byte === MORE; sum += byte) {
      if (at >= packed.length) throw corrupt('block cut short');
      byte = packed[at++]!;
    }
    return sum;
  };
  while (at < packed.length) {
    const token = packed[at++]!;
    const literalBytes = moreLength(token >> 4);
    if (at + literalBytes > packed.length) throw corrupt('block cut short');
    if (length + literalBytes > out.length) throw corrupt('chunk that is too large');
    out.set(packed.subarray(at, at + literalBytes), length);
    at += literalBytes;
    length += literalBytes;
    // The last sequence has no match.
    if (at === packed.length) break;
    if (at + 2 > packed.length) throw corrupt('block cut short');
    const distance = packed[at]! | (packed[at + 1]! << 8);
    at += 2;
    const matchBytes = moreLength(token & LENGTH_MASK) + MIN_MATCH_BYTES;
    if (distance === 0 || distance > length) throw corrupt('match before the beginning');
    if (length + matchBytes > out.length) throw corrupt('chunk that is too large');
    copyMatch(out, length, distance, matchBytes);
    length += matchBytes;
  }
  return out.subarray(0, length);
}

/** A match may overlap what it makes: then it repeats itself, and each copy doubles what there is to copy. */
function copyMatch(out: Uint8Array, to: number, distance: number, matchBytes: number): void {
  const from = to - distance;
  for (let done = 0; done < matchBytes;) {
    const length = Math.min(matchBytes - done, distance + done);
    out.copyWithin(to + done, from, from + length);
    done += length;
  }
}

function corrupt(detail: string): ZosiaError {
  return new ZosiaError('ZOSIA_LZ4_CORRUPT', `lz4 data is damaged (${detail})`, {
    hint: 'Fetch the file again, or build it again with `lz4 -l`.',
  });
}
