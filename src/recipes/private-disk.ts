import { join } from 'node:path';
import { withPrivateFolder } from '../host/private-folder.js';
import type { Image } from '../image/image.js';
import { writeVmdk } from './vmdk-files.js';

/** A disk that a machine can be given. */
export interface PrivateDisk {
  readonly path: string;
  readonly format: 'vmdk';
}

/**
 * Lends a disk that is one run's own, whatever others write meanwhile. Nothing large is copied: it refers
 * to the files of the image where they lie.
 *
 * @param use is given the disk, which is gone when it has ended, however it ended
 * @throws ZosiaError those of `withPrivateFolder` and `writeVmdk`; whatever `use` throws
 */
export async function withPrivateDisk<T>(
  image: Image,
  use: (disk: PrivateDisk) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  return withPrivateFolder(async (folder) => {
    const path = join(folder, 'run.vmdk');
    await writeVmdk(image, path, { signal });
    return use({ path, format: 'vmdk' });
  });
}
