import { Option } from 'commander';
import { wholeNumber } from '../options/values.js';
import type { OpenImage } from '../../inspect/open-image.js';

/** What commands that look into an image take. */
export interface ImageFlags {
  readonly partition?: number;
  readonly allowOutside?: true;
}

export function partitionOption(): Option {
  return new Option(
    '--partition <number>',
    'the partition of a disk to look into; the one with a file system unless given',
  ).argParser(wholeNumber(1));
}

export function allowOutsideOption(): Option {
  return new Option(
    '--allow-outside',
    'let a VMDK be made of files outside of its own folder, wherever it comes from',
  );
}

/** Which images these commands take, for their help. */
export const IMAGE_HELP = `
IMAGE is a FAT volume or an ext2, ext3 or ext4 file system, a disk with one in a partition (GPT or MBR),
either of them in a file or behind a VMDK descriptor, or an initramfs (newc cpio, perhaps gzipped). It is
only read. A VMDK may refer to files below its own folder, and to those it was written for by zosia: see
--allow-outside.`;

/** Opens the image, and closes it in the end. */
export async function withImage(
  path: string,
  flags: ImageFlags,
  use: (image: OpenImage) => Promise<void>,
): Promise<void> {
  const { openImage } = await import('../../inspect/open-image.js');
  const image = await openImage(path, flags);
  try {
    await use(image);
  } finally {
    await image.close();
  }
}
