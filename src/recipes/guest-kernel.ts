import { readKernelPackage } from './kernel-package.js';
import type { KernelModule } from './kernel-package.js';
import type { Architecture } from '../artifacts/architectures.js';
import { PREBUILT_KERNEL, prebuiltProgram } from '../artifacts/prebuilt.js';
import { decompressWhole } from '../formats/compression/decompress.js';
import { hasPvhEntry, unpackBzImage } from '../formats/linux/bzimage.js';
import { ZosiaError } from '../errors.js';
import { MIB } from '../image/units.js';

/** A guest's kernel in the forms that start it. */
export interface GuestKernel {
  /** What UEFI firmware starts: an arm64 `Image`, an x86 bzImage. */
  readonly image: Uint8Array;
  /** What QEMU starts itself: the same on arm64, the program out of the bzImage on x86. */
  readonly direct: Uint8Array;
  /** What it loads, in that order; none where everything is built in. */
  readonly modules: readonly KernelModule[];
}

/** An arm64 kernel with everything that Debian builds in has 27 MiB. */
const MAX_IMAGE_BYTES = 256 * MIB;

/**
 * The kernel that ships with zosia, from the bytes of its {@link PREBUILT_KERNEL}.
 *
 * @throws ZosiaError as the decompressors and `unpackBzImage`
 */
export async function prebuiltKernel(arch: Architecture, packed: Uint8Array): Promise<GuestKernel> {
  const image =
    arch === 'x86_64'
      ? packed
      : await decompressWhole('gzip', packed, { maxBytes: MAX_IMAGE_BYTES });
  return { image, direct: await directKernel(arch, image), modules: [] };
}

/**
 * A kernel out of Debian's package.
 *
 * @throws ZosiaError as `readKernelPackage` and `unpackBzImage`
 */
export async function packagedKernel(arch: Architecture, debPath: string): Promise<GuestKernel> {
  const { kernel: image, modules } = await readKernelPackage(debPath);
  return { image, direct: await directKernel(arch, image), modules };
}

async function directKernel(arch: Architecture, image: Uint8Array): Promise<Uint8Array> {
  if (arch !== 'x86_64') return image;
  const program = await unpackBzImage(image);
  if (hasPvhEntry(program)) return program;
  throw new ZosiaError('ZOSIA_KERNEL_DAMAGED', 'QEMU cannot start this kernel by itself', {
    hint: 'Build it with CONFIG_PVH=y.',
  });
}

/** The bytes of the kernel that ships with zosia, as {@link prebuiltKernel} takes them. */
export const readPrebuiltKernel = (arch: Architecture): Promise<Uint8Array> =>
  prebuiltProgram(arch, PREBUILT_KERNEL[arch]);
