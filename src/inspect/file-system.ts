import { ZosiaError } from '../errors.js';
import { openExt4 } from '../formats/ext4/reader/reader.js';
import type { Ext4Reader } from '../formats/ext4/reader/reader.js';
import { openImage } from './open-image.js';

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
export async function openFileSystem(path: string): Promise<OpenFileSystem> {
  const image = await openImage(path);
  try {
    if (image.content.kind !== 'ext4') {
      throw new ZosiaError('ZOSIA_NOT_EXT4', `${path} holds no ext4 file system`, {
        hint: 'Name a model disk, as zosia image model writes it.',
      });
    }
    return { reader: await openExt4(image.content.source), close: () => image.close() };
  } catch (error) {
    await image.close();
    throw error;
  }
}
