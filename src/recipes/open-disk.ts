import { dirname, resolve } from 'node:path';
import { isVmdkDescriptor, readVmdk } from '../formats/vmdk/reader.js';
import { accessImage } from '../image/image-reader.js';
import { accessFile } from '../image/random-access.js';
import type { OpenRandomAccess } from '../image/random-access.js';
import { lookAtFile } from './host-file.js';
import type { DiskFormat } from './places.js';

export interface OpenDisk {
  readonly format: DiskFormat;
  /** The bytes of the disk as a guest sees them. */
  readonly contents: OpenRandomAccess;
}

/**
 * Opens a disk for reading: a plain image, or a VMDK descriptor together with the files it refers to,
 * by names relative to its own folder.
 *
 * @throws ZosiaError `ZOSIA_FILE_NOT_FOUND`, `ZOSIA_FILE_UNREADABLE`, and those of `readVmdk`
 */
export async function openDisk(path: string): Promise<OpenDisk> {
  const file = await accessFile(path);
  let isVmdk = false;
  try {
    isVmdk = await isVmdkDescriptor(file);
    if (!isVmdk) return { format: 'raw', contents: file };
    const image = await readVmdk(file, (name) => lookAtFile(resolve(dirname(path), name)));
    return { format: 'vmdk', contents: accessImage(image) };
  } finally {
    if (isVmdk) await file.close();
  }
}
