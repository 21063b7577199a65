import { dirname, join, resolve } from 'node:path';
import type { Architecture } from '../artifacts/architectures.js';

/** Where built things lie, from the folder zosia is run in unless told otherwise. */
export interface Places {
  readonly artifactsDir: string;
  readonly modelsDir: string;
}

export function defaultPlaces(folder = '.'): Places {
  return { artifactsDir: resolve(folder, 'artifacts'), modelsDir: resolve(folder, 'models') };
}

/**
 * The kernel that a guest boots: zosia's own, which has everything built in, or Debian's, with the modules
 * that a guest needs in its initramfs.
 */
export type KernelKind = 'zosia' | 'debian';
export const KERNEL_KINDS: readonly KernelKind[] = ['zosia', 'debian'];

/** Whose PID 1 runs in a guest that is layered on a base. */
export type BaseInit = 'zosia' | 'base';
export const BASE_INITS: readonly BaseInit[] = ['zosia', 'base'];

/**
 * What a guest is for: to run a model by itself, or as the head of workers, which compute for it; or to be such a
 * worker. Only what the guest has in its initramfs differs.
 */
export type GuestRole = 'single' | 'head' | 'worker';

const INITRAMFS_NAMES: Readonly<Record<GuestRole, string>> = {
  single: 'initramfs.cpio',
  head: 'head.cpio',
  worker: 'worker.cpio',
};

/** Paths of what a Linux guest boots from. */
export interface GuestFiles {
  /** What QEMU starts itself: an arm64 `Image`, and on x86_64 a `vmlinux`, which has nothing to unpack. */
  readonly kernel: string;
  /** What UEFI firmware starts: the same `Image`, and on x86_64 a bzImage. */
  readonly uefiKernel: string;
  readonly initramfs: string;
}

/** Where the guest of a kernel lies; one that is layered on a base lies beside it. */
export const guestFolder = (
  { artifactsDir }: Places,
  arch: Architecture,
  kernel: KernelKind = 'zosia',
  isLayered = false,
): string => join(artifactsDir, arch, kernel === 'zosia' ? '' : kernel, isLayered ? 'layered' : '');

/** Where `zosia fetch --from` puts what it takes. */
export const baseFolder = ({ artifactsDir }: Places, arch: Architecture): string =>
  join(artifactsDir, arch, 'base');

/** What names the output of Buildroot that was fetched, where a file could be named. */
export const BUILDROOT = 'buildroot';

/** Where it pins that: in the folder zosia is run in. */
export const userLockPath = ({ artifactsDir }: Places): string =>
  join(dirname(artifactsDir), 'zosia.lock.json');

/** The files of a guest in a folder. */
export function guestFiles(
  folder: string,
  arch: Architecture,
  role: GuestRole = 'single',
): GuestFiles {
  const uefiKernel = join(folder, 'Image');
  return {
    kernel: arch === 'x86_64' ? join(folder, 'vmlinux') : uefiKernel,
    uefiKernel,
    initramfs: join(folder, INITRAMFS_NAMES[role]),
  };
}

/** What a machine boots of a guest that has been built, started by UEFI firmware or not. */
export function bootedFiles(
  places: Places,
  arch: Architecture,
  {
    kernel,
    uefi,
    isLayered,
    role,
  }: {
    readonly kernel?: KernelKind | undefined;
    readonly uefi?: boolean | undefined;
    readonly isLayered?: boolean | undefined;
    readonly role?: GuestRole | undefined;
  },
): { readonly kernel: string; readonly initrd: string } {
  const files = guestFiles(guestFolder(places, arch, kernel, isLayered), arch, role);
  return { kernel: uefi ? files.uefiKernel : files.kernel, initrd: files.initramfs };
}

export const modelDiskPath = ({ artifactsDir }: Places, format: DiskFormat): string =>
  join(artifactsDir, 'model-disk', format === 'raw' ? 'model.ext4.img' : 'model.vmdk');

/** The disk of the EFI machine. */
export const efiDiskPath = (
  { artifactsDir }: Places,
  format: DiskFormat,
  program: 'llama2' | 'hello' = 'llama2',
): string => join(artifactsDir, 'efi', `${program}-disk.${format === 'raw' ? 'img' : 'vmdk'}`);

/** `raw` is a plain file; `vmdk` refers to the model where it lies, copying nothing. */
export type DiskFormat = 'raw' | 'vmdk';

/** Where `zosia build guest` puts what it compiles. */
export const guestBuildDir = ({ artifactsDir }: Places, arch: Architecture): string =>
  join(artifactsDir, arch, 'guest');

/** Where `zosia build kernel` puts what it compiles: kernels by the names that those of a guest have. */
export const kernelBuildDir = ({ artifactsDir }: Places, arch: Architecture): string =>
  join(artifactsDir, arch, 'kernel');

/** Where `zosia build llama` puts what it compiles. */
export const llamaBuildDir = ({ artifactsDir }: Places, arch: Architecture): string =>
  join(artifactsDir, arch, 'llama');
