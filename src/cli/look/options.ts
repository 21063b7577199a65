import { Option } from 'commander';
import { wholeNumber } from '../options/values.js';
import { warn } from '../output/output.js';
import type { ImageTree } from '../../inspect/node.js';
import type { OpenImage } from '../../inspect/open-image.js';

/** What commands that look into an image take. */
export interface ImageFlags {
  readonly partition?: number | undefined;
  readonly allowOutside?: true | undefined;
}

export function partitionOption(): Option {
  return new Option(
    '--partition <number>',
    'the partition of a disk to look into; the one with a file system unless given',
  ).argParser(wholeNumber(1));
}

/** Which images these commands take, for their help. */
export const IMAGE_HELP = `
IMAGE is a FAT volume or an ext2, ext3 or ext4 file system, a disk with one in a partition (GPT or MBR),
either of them in a file or behind a VMDK descriptor, or an initramfs: newc cpio archives, plain or packed with
gzip, xz, zstd or lz4, as the kernel unpacks them. It is only read. A VMDK may refer to files below its own
folder, and to those it was written for by zosia: see --allow-outside.`;

/** Of members that are passed over so many are named. */
const NAMED_SKIPPED = 10;

/**
 * Opens the files in an image, says what in it is passed over, and uses it. What ends it too early is told
 * after all that comes before has been of use.
 */
export async function withTree(
  image: OpenImage,
  use: (tree: ImageTree) => Promise<void>,
): Promise<void> {
  const tree = await image.tree();
  const { skipped, damage } = tree;
  for (const { where, message } of skipped?.problems.slice(0, NAMED_SKIPPED) ?? []) {
    warn(`the kernel leaves out ${where}: ${message}`);
  }
  const more = (skipped?.problemCount ?? 0) - NAMED_SKIPPED;
  if (more > 0) warn(`the kernel leaves out ${more} more`);
  try {
    await use(tree);
  } catch (error) {
    if (damage) warn(damage.message);
    throw error;
  }
  if (damage) throw damage;
}

/** The files that an open image is read from, which no output may take the place of. */
export async function filesOf({ path, files }: OpenImage): Promise<string[]> {
  const { manifestPath } = await import('../../recipes/manifest.js');
  return [...files.map((file) => file.path), manifestPath(path)];
}

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
