import { Buffer } from 'buffer';
import { ZosiaError } from '../../errors.js';
import { accessBytes } from '../../image/random-access.js';
import { tooLarge, joinChunks } from '../compression/limits.js';
import { METHOD_MAGIC_BYTES, findMethod } from '../compression/methods.js';
import { elfNotes } from '../elf/notes.js';
import { payloadPlace, setupHeaderProblem } from './setup-header.js';

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

/** The compressed kernel. */
function payloadOf(bzImage: Uint8Array): Uint8Array {
  const problem = setupHeaderProblem(bzImage);
  if (problem !== undefined) throw damaged(problem);
  const { start, length } = payloadPlace(bzImage);
  if (length < SIZE_BYTES || start + length > bzImage.length) throw damaged('it is cut short');
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
