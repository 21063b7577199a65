import { ZosiaError } from '../../errors.js';
import { option, wording } from '../../wording.js';
import { statedUnpackedBytes } from '../../formats/compression/unpacked-size.js';
import { NEWC_MAGIC } from '../../formats/cpio/layout.js';
import { KERNEL_HEADER_BYTES, kernelMemoryBytes } from '../../formats/linux/kernel-image.js';
import { accessFile } from '../../host/access-file.js';
import type { RandomAccess } from '../../image/random-access.js';
import { MIB } from '../../image/units.js';

/** What UEFI firmware takes beside them: itself, and copies of both that it hands on. */
const FIRMWARE_MIB = 192;

/** What a machine boots, and whether zosia made both files itself. */
export interface BootedFiles {
  readonly kernel: string;
  readonly initrd: string;
  readonly areOwn: boolean;
  /** Whether firmware starts them. */
  readonly startsFirmware?: boolean | undefined;
}

/**
 * The least memory in which a kernel can unpack its initramfs: what the kernel keeps, the archive as it is
 * loaded, and twice what comes out of it. Linux gives a tmpfs, as its root file system is one, half of the
 * memory that is free when it is mounted (kernel documentation, filesystems/tmpfs), and frees the archive
 * afterwards.
 *
 * @returns MiB; undefined when the files do not tell
 */
export async function leastRamMiB(
  kernel: RandomAccess,
  initramfs: RandomAccess,
): Promise<number | undefined> {
  const headBytes = Math.min(kernel.sizeBytes, KERNEL_HEADER_BYTES);
  const kernelBytes = kernelMemoryBytes(await kernel.read(0, headBytes));
  const unpackedBytes = (await statedUnpackedBytes(initramfs)) ?? (await plainBytes(initramfs));
  if (kernelBytes === undefined || unpackedBytes === undefined) return undefined;
  return Math.ceil((kernelBytes + initramfs.sizeBytes + 2 * unpackedBytes) / MIB);
}

/** The size of an archive that is not packed; undefined for anything else. */
async function plainBytes(initramfs: RandomAccess): Promise<number | undefined> {
  if (initramfs.sizeBytes < NEWC_MAGIC.length) return undefined;
  const magic = await initramfs.read(0, NEWC_MAGIC.length);
  return Buffer.from(magic).toString('latin1') === NEWC_MAGIC ? initramfs.sizeBytes : undefined;
}

/**
 * Compares memory that was asked for with the least that a guest boots in. What others built may get by
 * with less, so of that it only warns.
 *
 * @returns what a user should know
 * @throws ZosiaError `ZOSIA_RAM_TOO_SMALL`
 */
export async function checkLeastRam(ramMiB: number, files: BootedFiles): Promise<string[]> {
  const withoutFirmwareMiB = await leastOf(files);
  if (withoutFirmwareMiB === undefined) return [];
  const leastMiB = withoutFirmwareMiB + (files.startsFirmware ? FIRMWARE_MIB : 0);
  if (ramMiB >= leastMiB) return [];
  const message =
    `the kernel and its initramfs need ${leastMiB} MiB of memory without any model, ` +
    `and the machine has ${ramMiB} MiB`;
  if (!files.areOwn) return [`${message}: it may not boot`];
  throw new ZosiaError('ZOSIA_RAM_TOO_SMALL', message, {
    hint: wording`Use ${option('ramMiB', leastMiB)} or more, or leave it out.`,
  });
}

async function leastOf({ kernel, initrd }: BootedFiles): Promise<number | undefined> {
  const kernelFile = await accessFile(kernel);
  try {
    const initramfsFile = await accessFile(initrd);
    try {
      return await leastRamMiB(kernelFile, initramfsFile);
    } finally {
      await initramfsFile.close();
    }
  } finally {
    await kernelFile.close();
  }
}
