import { readSoundSuperblock } from '../../formats/ext4/reader/open.js';
import { Volume } from '../../formats/ext4/reader/volume.js';
import type { RandomAccess } from '../../image/random-access.js';

/**
 * Opens an ext2, ext3 or ext4 file system.
 *
 * @throws ZosiaError `ZOSIA_EXT4_CORRUPT`, `ZOSIA_EXT4_UNSUPPORTED_FEATURE`
 */
export async function openExt4Volume(
  source: RandomAccess,
  verifyChecksums = true,
): Promise<Volume> {
  const { superblock } = await readSoundSuperblock(source, verifyChecksums);
  return new Volume(source, superblock, verifyChecksums);
}
