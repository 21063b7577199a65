import { join, resolve } from 'node:path';
import type { Architecture } from '../artifacts/architectures.js';

/** Where built things lie, from the folder zosia is run in unless told otherwise. */
export interface Places {
  readonly artifactsDir: string;
  readonly modelsDir: string;
}

export function defaultPlaces(folder = '.'): Places {
  return { artifactsDir: resolve(folder, 'artifacts'), modelsDir: resolve(folder, 'models') };
}

export const kernelPath = ({ artifactsDir }: Places, arch: Architecture): string =>
  join(artifactsDir, arch, 'Image');

export const initramfsPath = ({ artifactsDir }: Places, arch: Architecture): string =>
  join(artifactsDir, arch, 'initramfs.cpio.gz');

export const modelDiskPath = ({ artifactsDir }: Places, format: DiskFormat): string =>
  join(artifactsDir, 'model-disk', format === 'raw' ? 'model.ext4.img' : 'model.vmdk');

/** The disk of the EFI machine. */
export const efiDiskPath = (
  { artifactsDir }: Places,
  format: DiskFormat,
  program: 'llama2' | 'hello' = 'llama2',
): string => join(artifactsDir, 'efi', `${program}-disk.${format === 'raw' ? 'img' : 'vmdk'}`);

/** Where the EFI machine's built-in model is put, unless its disk is to be elsewhere. */
export const efiModelDir = ({ artifactsDir }: Places): string => join(artifactsDir, 'efi');

/** `raw` is a plain file; `vmdk` refers to the model where it lies, copying nothing. */
export type DiskFormat = 'raw' | 'vmdk';

/** Where `zosia build guest` puts what it compiles. */
export const guestBuildDir = ({ artifactsDir }: Places, arch: Architecture): string =>
  join(artifactsDir, arch, 'guest');

/** Where `zosia build kernel` puts what it compiles. */
export const kernelBuildDir = ({ artifactsDir }: Places, arch: Architecture): string =>
  join(artifactsDir, arch, 'kernel');
