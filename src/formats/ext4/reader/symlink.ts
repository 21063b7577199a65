import { Buffer } from 'buffer';
import { encodeEncryptedName, encryptedTarget, isEncrypted } from './encrypted.js';
import { corrupt } from './corrupt.js';
import { openStored } from './file-content.js';
import { isFastSymlink } from './file-map.js';
import type { Inode } from './inode.js';
import type { Volume } from './volume.js';

/** PATH_MAX of Linux, which no target reaches. */
export const MAX_TARGET_BYTES = 4096;

/**
 * The target of a symlink; an encrypted one as `encodeEncryptedName` shows it.
 *
 * @throws ZosiaError `ZOSIA_EXT4_CORRUPT`
 */
export async function readTarget(volume: Volume, inode: Inode): Promise<Uint8Array> {
  const { sizeBytes } = inode;
  if (sizeBytes === 0 || sizeBytes >= MAX_TARGET_BYTES) {
    throw corrupt(`symlink ${inode.number}`, `it has a target of ${sizeBytes} bytes`);
  }
  const isFast = isFastSymlink(inode, volume.superblock);
  const target = isFast
    ? inode.block.slice(0, sizeBytes)
    : await openStored(volume, inode).read(0, sizeBytes);
  if (isEncrypted(inode)) {
    const encrypted = encryptedTarget(target, `symlink ${inode.number}`);
    return Buffer.from(encodeEncryptedName(encrypted));
  }
  if (target.includes(0)) throw corrupt(`symlink ${inode.number}`, 'its target has a NUL in it');
  return target;
}
