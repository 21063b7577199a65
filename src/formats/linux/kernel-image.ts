import { Buffer } from 'buffer';
import { elfMemoryBytes } from '../elf/memory.js';
import { MIB } from '../../image/units.js';

/** Bytes of a kernel's file that {@link kernelMemoryBytes} looks at. */
export const KERNEL_HEADER_BYTES = 0x264;

/**
 * Linux on arm64 (Documentation/arm64/booting.rst): the magic number and the size that the kernel takes
 * from where it is loaded, with what it does not keep in the file (64 bits).
 */
const ARM64 = { magicOffset: 56, magic: 'ARMd', imageSizeOffset: 16 } as const;

/**
 * Linux on x86 (Documentation/x86/boot.rst): the magic number, the version of the protocol, and the memory
 * that the kernel needs before it can look at the memory map (32 bits, from protocol 2.10 on).
 */
const X86 = {
  magicOffset: 0x202,
  magic: 'HdrS',
  versionOffset: 0x206,
  firstVersion: 0x020a,
  initSizeOffset: 0x260,
} as const;

/** XLF_KERNEL_64 in xloadflags (16 bits, from protocol 2.12 on): the kernel has a 64-bit entry. */
const X86_64 = { firstVersion: 0x020c, loadFlagsOffset: 0x236, has64BitEntry: 1 } as const;

/**
 * What Linux 6.1 takes on arm64 beside its image before it has a root file system, rounded up from 3.6 MiB
 * at 112 MiB of RAM. On x86 init_size has more room to spare, for unpacking the kernel.
 */
const ARM64_EARLY_BYTES = 4 * MIB;

/**
 * What Linux 6.1 takes on x86 beside its program before it has a root file system, rounded up from 6 MiB at
 * 154 MiB of RAM.
 */
const X86_EARLY_BYTES = 8 * MIB;

/**
 * The memory that a kernel keeps for itself, a little more rather than less.
 *
 * @param head the first {@link KERNEL_HEADER_BYTES} of its file, or all of it
 * @returns bytes; undefined when it is neither an arm64 Image, nor an x86 bzImage that says so or the program
 *   out of one
 */
export function kernelMemoryBytes(head: Uint8Array): number | undefined {
  const bytes = bufferOf(head);
  if (bytes.length < KERNEL_HEADER_BYTES) return undefined;
  if (has(bytes, ARM64)) {
    const imageSize = Number(bytes.readBigUInt64LE(ARM64.imageSizeOffset));
    return imageSize + ARM64_EARLY_BYTES;
  }
  if (has(bytes, X86) && bytes.readUInt16LE(X86.versionOffset) >= X86.firstVersion) {
    return bytes.readUInt32LE(X86.initSizeOffset);
  }
  const programBytes = elfMemoryBytes(head);
  return programBytes === undefined ? undefined : programBytes + X86_EARLY_BYTES;
}

/**
 * What a kernel runs on, by its header.
 *
 * @param head the first {@link KERNEL_HEADER_BYTES} of its file, or all of it
 * @returns undefined when it is neither an arm64 Image nor an x86 bzImage for 64 bits
 */
export function kernelArchitecture(head: Uint8Array): 'aarch64' | 'x86_64' | undefined {
  const bytes = bufferOf(head);
  if (bytes.length < KERNEL_HEADER_BYTES) return undefined;
  if (has(bytes, ARM64)) return 'aarch64';
  if (!has(bytes, X86) || bytes.readUInt16LE(X86.versionOffset) < X86_64.firstVersion) {
    return undefined;
  }
  const flags = bytes.readUInt16LE(X86_64.loadFlagsOffset);
  return (flags & X86_64.has64BitEntry) === 0 ? undefined : 'x86_64';
}

const bufferOf = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);

const has = (
  bytes: Buffer,
  { magicOffset, magic }: { readonly magicOffset: number; readonly magic: string },
): boolean => bytes.toString('latin1', magicOffset, magicOffset + magic.length) === magic;
