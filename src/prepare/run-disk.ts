import { planDeviceMapper } from '../formats/device-mapper/table.js';
import { accessFile } from '../host/access-file.js';
import type { Image } from '../image/image.js';
import { openVmdk } from '../inspect/vmdk-disk.js';
import type { OpenVmdkOptions } from '../inspect/vmdk-disk.js';
import { MAX_MAPPED_FILES } from '../machine/machine.js';
import type { LinuxMachineSpec } from '../machine/machine.js';
import { withMappedDisk } from '../recipes/mapped-disk.js';
import { hasOwnInit } from '../recipes/own-init.js';
import { withPrivateDisk } from '../recipes/private-disk.js';

/** A machine, and the model disk to lend it. */
export interface MachineWithDisk {
  readonly spec: LinuxMachineSpec;
  /** Without one the machine has the disk that it names: another run may write that meanwhile. */
  readonly runDisk?: Image | undefined;
  /** Whether its guest puts disks together of files. */
  readonly mapsDisks?: boolean | undefined;
}

/**
 * The machine of a disk that was written before: where its guest puts disks together, and the disk is a
 * VMDK of plain files, these are what it is lent.
 *
 * @param options.hasOwnKernel whether the kernel is known to have the device mapper
 * @throws ZosiaError as `openVmdk`
 */
export async function withExistingDisk(
  spec: LinuxMachineSpec,
  options: OpenVmdkOptions & { readonly hasOwnKernel: boolean },
): Promise<MachineWithDisk> {
  const { disk, initrd, arch, isForeign } = spec;
  const mapsDisks =
    options.hasOwnKernel &&
    isForeign === undefined &&
    disk?.format === 'vmdk' &&
    (await hasOwnInit(initrd, arch));
  if (!mapsDisks) return { spec };
  const file = await accessFile(disk.path);
  try {
    const { image, disk: opened } = await openVmdk(file, disk.path, options);
    await opened.close();
    return { spec, mapsDisks, runDisk: image };
  } finally {
    await file.close();
  }
}

/**
 * Lends a machine its model disk for a run: by a table, where the guest can have it so and there is room
 * for so many files, else as a VMDK. Nothing large is copied.
 *
 * @throws ZosiaError as `planDeviceMapper`, `withMappedDisk` and `withPrivateDisk`; whatever `use` throws
 */
export async function withRunDisk<T>(
  { spec, runDisk, mapsDisks }: MachineWithDisk,
  use: (spec: LinuxMachineSpec) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  if (runDisk === undefined) return use(spec);
  const withDisk = (disk: LinuxMachineSpec['disk']): Promise<T> => use({ ...spec, disk });
  const plan = mapsDisks ? planDeviceMapper(runDisk) : undefined;
  return plan !== undefined && plan.disks.length <= MAX_MAPPED_FILES
    ? withMappedDisk(plan, withDisk, signal)
    : withPrivateDisk(runDisk, withDisk, signal);
}
