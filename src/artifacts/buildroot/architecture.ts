import { ZosiaError } from '../../errors.js';
import { kernelArchitecture, KERNEL_HEADER_BYTES } from '../../formats/linux/kernel-image.js';
import { accessFile } from '../../host/access-file.js';
import { option, wording } from '../../wording.js';
import type { Architecture } from '../architectures.js';
import { readRootfs } from './rootfs.js';

/**
 * What a kernel runs on.
 *
 * @throws ZosiaError `ZOSIA_BUILDROOT_REFUSED` for a file that is no kernel of a machine that there is
 */
export async function architectureOfKernel(path: string, name: string): Promise<Architecture> {
  const file = await accessFile(path);
  try {
    const head = await file.read(0, Math.min(KERNEL_HEADER_BYTES, file.sizeBytes));
    const arch = kernelArchitecture(head);
    if (arch) return arch;
  } finally {
    await file.close();
  }
  throw new ZosiaError(
    'ZOSIA_BUILDROOT_REFUSED',
    `${name} is no Linux kernel for aarch64 or x86_64`,
    { hint: 'Build for one of the two: an arm64 Image, or a 64-bit bzImage.' },
  );
}

/**
 * What the programs in a root file system run on.
 *
 * @throws ZosiaError `ZOSIA_BUILDROOT_REFUSED` where there is none for a machine that there is, and as
 *   `readRootfs`
 */
export async function architectureOfRootfs(
  path: string,
  name: string,
  signal?: AbortSignal,
): Promise<Architecture> {
  const { arch } = await readRootfs(path, signal);
  if (arch) return arch;
  throw new ZosiaError(
    'ZOSIA_BUILDROOT_REFUSED',
    `${name} has no program for aarch64 or x86_64, and no kernel is beside it`,
    { hint: wording`Say what it is for with ${option('arch')}.` },
  );
}
