import { ZosiaError } from '../errors.js';
import { openExt4 } from '../formats/ext4/reader/reader.js';
import type { Ext4Reader } from '../formats/ext4/reader/reader.js';
import { openImage } from './open-image.js';
import type { OpenImage } from './open-image.js';
import type { OpenVmdkOptions } from './vmdk-disk.js';

/** An ext4 file system on a disk of any kind, opened for reading. */
export interface OpenFileSystem {
  readonly reader: Ext4Reader;
  close(): Promise<void>;
}

/**
 * Opens the ext4 file system on a disk as a guest sees it: in a plain image, in a partition, or behind a
 * VMDK descriptor.
 *
 * @throws ZosiaError `ZOSIA_NOT_EXT4` for an image of another kind, and as `openImage` and `openExt4`
 */
export async function openFileSystem(
  path: string,
  options: OpenVmdkOptions = {},
): Promise<OpenFileSystem> {
  const image = await openImage(path, { ...options, fileSystem: 'ext4' });
  try {
    if (image.content.kind !== 'ext4') throw notExt4(image);
    return { reader: await openExt4(image.content.source), close: () => image.close() };
  } catch (error) {
    await image.close();
    throw error;
  }
}

function notExt4({ path, content, table }: OpenImage): ZosiaError {
  const kinds = [content.kind, ...(table?.partitions ?? []).map(({ fileSystem }) => fileSystem)];
  if (content.kind === 'partitions' && kinds.includes('ext4')) return content.problem;
  const isFat = kinds.includes('fat');
  return new ZosiaError(
    'ZOSIA_NOT_EXT4',
    `${path} holds no ext4 file system${isFat ? ', but a FAT volume' : ''}`,
    {
      hint: isFat
        ? 'Disks with FAT are for the EFI machine: see zosia run efi. Model disks for Linux come from zosia image model.'
        : 'Name a model disk, as zosia image model writes it.',
    },
  );
}
