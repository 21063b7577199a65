import { Buffer } from 'buffer';
import { ZosiaError } from '../../errors.js';
import { accessBytes } from '../../image/random-access.js';
import { tooLarge, joinChunks } from '../compression/limits.js';
import { METHOD_MAGIC_BYTES, findMethod } from '../compression/methods.js';
import { elfNotes } from '../elf/notes.js';

/**
 * The setup header of Linux on x86 (Documentation/x86/boot.rst). From protocol 2.08 on it says where the
 * compressed kernel lies: from the end of the setup sectors on, of which the first is not counted.
 */
const HEADER = {
  setupSectorsOffset: 0x1f1,
  magicOffset: 0x202,
  magic: 'HdrS',
  versionOffset: 0x206,
  firstVersion: 0x0208,
  payloadOffsetOffset: 0x248,
  payloadLengthOffset: 0x24c,
  sizeBytes: 0x250,
} as const;

const SECTOR_BYTES = 512;
/** What setup_sects is when it is 0. */
const DEFAULT_SETUP_SECTORS = 4;
/** Debian's kernel unpacks to 51 MiB; the most that is believed of any. */
const MAX_KERNEL_BYTES = 512 * 1024 * 1024;
/** The size of what is packed, which the kernel's makefile adds to all but gzip, whose own it is. */
const SIZE_BYTES = 4;

/**
 * Takes the kernel itself, an ELF program, out of a bzImage, which unpacks it when it is booted. QEMU starts
 * the program as it is where it {@link hasPvhEntry}, without that work.
 *
 * @returns the program, followed by the table of its relocations where it has one
 * @throws ZosiaError `ZOSIA_KERNEL_DAMAGED`, and as the decompressors
 */
export async function unpackBzImage(bzImage: Uint8Array): Promise<Uint8Array> {
  const payload = payloadOf(bzImage);
  const method = findMethod(payload.subarray(0, METHOD_MAGIC_BYTES));
  if (!method?.unpack) throw damaged(`its kernel is packed as ${method?.name ?? 'nothing known'}`);
  const sizeAt = payload.length - SIZE_BYTES;
  const sizeBytes = Buffer.from(payload.subarray(sizeAt)).readUInt32LE();
  if (sizeBytes > MAX_KERNEL_BYTES) throw tooLarge(MAX_KERNEL_BYTES);
  const packed = method.name === 'gzip' ? payload : payload.subarray(0, sizeAt);
  const chunks: Uint8Array[] = [];
  let roomBytes = sizeBytes;
  for await (const chunk of method.unpack(accessBytes(packed), 0)) {
    roomBytes -= chunk.length;
    if (roomBytes < 0) throw damaged('its kernel is larger than it says');
    chunks.push(chunk);
  }
  if (roomBytes > 0) throw damaged('its kernel is smaller than it says');
  return joinChunks(chunks);
}

/**
 * Where the compressed kernel in a bzImage ends, in bytes from its beginning.
 *
 * @param head what the file begins with, header and all
 * @returns undefined for what is no bzImage, or does not say
 */
export function payloadEnd(head: Uint8Array): number | undefined {
  if (head.length < HEADER.sizeBytes) return undefined;
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  const { magic, magicOffset } = HEADER;
  if (bytes.toString('latin1', magicOffset, magicOffset + magic.length) !== magic) return undefined;
  if (bytes.readUInt16LE(HEADER.versionOffset) < HEADER.firstVersion) return undefined;
  const { start, length } = payloadPlace(bytes);
  return length === 0 ? undefined : start + length;
}

function payloadPlace(bytes: Buffer): { start: number; length: number } {
  const sectors = bytes[HEADER.setupSectorsOffset]! || DEFAULT_SETUP_SECTORS;
  const start = (sectors + 1) * SECTOR_BYTES + bytes.readUInt32LE(HEADER.payloadOffsetOffset);
  return { start, length: bytes.readUInt32LE(HEADER.payloadLengthOffset) };
}

/** The compressed kernel. */
function payloadOf(bzImage: Uint8Array): Uint8Array {
  if (bzImage.length < HEADER.sizeBytes) throw damaged('it has no setup header');
  const bytes = Buffer.from(bzImage.buffer, bzImage.byteOffset, bzImage.byteLength);
  const { magic, magicOffset } = HEADER;
  if (bytes.toString('latin1', magicOffset, magicOffset + magic.length) !== magic) {
    throw damaged('it has no setup header');
  }
  if (bytes.readUInt16LE(HEADER.versionOffset) < HEADER.firstVersion) {
    throw damaged('its boot protocol is older than 2.08');
  }
  const { start, length } = payloadPlace(bytes);
  if (length < SIZE_BYTES || start + length > bytes.length) throw damaged('it is cut short');
  return bzImage.subarray(start, start + length);
}

/** XEN_ELFNOTE_PHYS32_ENTRY (kernel include/xen/interface/elfnote.h): where QEMU's PVH boot enters. */
const PVH_ENTRY = { name: 'Xen', type: 18 } as const;

/**
 * Whether QEMU can start a kernel, given as an ELF program, directly.
 *
 * @throws ZosiaError `ZOSIA_ELF_INVALID`
 */
export function hasPvhEntry(kernel: Uint8Array): boolean {
  return elfNotes(kernel).some(
    ({ name, type }) => name === PVH_ENTRY.name && type === PVH_ENTRY.type,
  );
}

function damaged(detail: string): ZosiaError {
  return new ZosiaError('ZOSIA_KERNEL_DAMAGED', `this is no bzImage to be unpacked: ${detail}`, {
    hint: 'Give a Linux kernel for x86_64 as it lies in /boot, packed with gzip, xz, zstd or lz4.',
  });
}
