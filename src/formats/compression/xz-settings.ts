import type { RandomAccess } from '../../image/random-access.js';

/**
 * What an .xz stream was packed with, from its header and that of its first block: decoders for small
 * places leave out most of it. Source: The .xz File Format, version 1.2.1, 2.1.1, 3.1 and 5.3; for the
 * kernel, xz_dec_stream.c and xz_dec_block.c of its lib/xz.
 */
export interface XzSettings {
  readonly check: number;
  /** Of the first block, which stands for the others. */
  readonly filters: readonly number[];
}

const STREAM_HEADER_BYTES = 12;
const FLAGS_OFFSET = 7;
const CHECK_MASK = 0xf;
/** The largest header of a block; its size counts in fours. */
const MAX_BLOCK_HEADER_BYTES = 1024;
const FILTER_COUNT_MASK = 0x3;
const HAS_PACKED_SIZE = 0x40;
const HAS_UNPACKED_SIZE = 0x80;
const MAX_INTEGER_BYTES = 9;

const NONE = 0;
const CRC32 = 1;
const CRC64 = 4;
const LZMA2 = 0x21;
const CHECK_NAMES: Readonly<Record<number, string>> = { [CRC64]: 'CRC64', 10: 'SHA-256' };
const FILTER_NAMES: Readonly<Record<number, string>> = {
  3: 'delta',
  4: 'x86',
  5: 'powerpc',
  6: 'ia64',
  7: 'arm',
  8: 'armthumb',
  9: 'sparc',
  10: 'arm64',
  11: 'riscv',
};

/** Undefined when the headers are cut short or make no sense: that is for the decoder to say. */
export async function xzSettings(
  source: RandomAccess,
  offset: number,
): Promise<XzSettings | undefined> {
  const length = Math.min(STREAM_HEADER_BYTES + MAX_BLOCK_HEADER_BYTES, source.sizeBytes - offset);
  const bytes = await source.read(offset, length);
  if (length <= STREAM_HEADER_BYTES) return undefined;
  const check = bytes[FLAGS_OFFSET]! & CHECK_MASK;
  let position = STREAM_HEADER_BYTES;
  // A stream of nothing has its index at once.
  if (bytes[position] === 0) return { check, filters: [] };
  const end = position + (bytes[position]! + 1) * 4;
  if (end > length) return undefined;
  const integer = (): number => {
    let value = 0;
    for (let i = 0; i < MAX_INTEGER_BYTES; i++) {
      const byte = bytes[position++] ?? 0;
      value += (byte & 0x7f) * 2 ** (7 * i);
      if (byte < 0x80) return value;
    }
    return Infinity;
  };
  const flags = bytes[++position]!;
  position++;
  if (flags & HAS_PACKED_SIZE) integer();
  if (flags & HAS_UNPACKED_SIZE) integer();
  const filters: number[] = [];
  for (let i = 0; i <= (flags & FILTER_COUNT_MASK); i++) {
    filters.push(integer());
    const propertyBytes = integer();
    position += propertyBytes;
    if (!(position < end)) return undefined;
  }
  return { check, filters };
}

/** What of these the decoder package does not know: it is built without; undefined: it knows all. */
export function unknownToDecoder({ check, filters }: XzSettings): string | undefined {
  const filter = filters.find((id) => id !== LZMA2);
  if (filter !== undefined) return `the filter ${FILTER_NAMES[filter] ?? filter}`;
  if (![NONE, CRC32, CRC64].includes(check)) return `the check ${CHECK_NAMES[check] ?? check}`;
  return undefined;
}

/** Whether there is something to compare what is unpacked with. */
export function hasCheck(settings: XzSettings | undefined): boolean {
  return settings !== undefined && settings.check !== NONE;
}

/** Why the kernel refuses a stream of an initramfs; undefined: it does not. */
export function refusedByKernel({ check }: XzSettings): string | undefined {
  if (check === NONE || check === CRC32) return undefined;
  return (
    `it is xz data with the check ${CHECK_NAMES[check] ?? check}, of which the kernel knows ` +
    'none but CRC32: pack it with xz --check=crc32'
  );
}
