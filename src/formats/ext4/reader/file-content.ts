import { checkRange } from '../../../image/random-access.js';
import type { RandomAccess } from '../../../image/random-access.js';
import { INODE_FLAGS } from '../layout/inode.js';
import { encryptedError, isEncrypted } from './encrypted.js';
import { mapBlocks } from './file-map.js';
import type { Inode } from './inode.js';
import { readInlineData } from './inline-data.js';
import type { Volume } from './volume.js';

/**
 * The content of a file, to be read at any place; holes and blocks that were never written are zeros.
 *
 * @throws ZosiaError `ZOSIA_EXT4_ENCRYPTED`; `ZOSIA_EXT4_CORRUPT`, here or when reading
 */
export function openContent(volume: Volume, inode: Inode): RandomAccess {
  if (isEncrypted(inode)) throw encryptedError(inode);
  return openStored(volume, inode);
}

/** What a file or symlink holds as it is stored, encrypted or not. @throws as {@link openContent} */
export function openStored(volume: Volume, inode: Inode): RandomAccess {
  const { blockSizeBytes } = volume.superblock;
  const { sizeBytes } = inode;
  if (inode.flags & INODE_FLAGS.inlineData) return inlineContent(readInlineData(inode));
  return {
    sizeBytes,
    async read(offset, length) {
      checkRange(sizeBytes, offset, length);
      const result = new Uint8Array(length);
      const end = offset + length;
      const firstBlock = Math.floor(offset / blockSizeBytes);
      const endBlock = Math.ceil(end / blockSizeBytes);
      if (length === 0) return result;
      for await (const extent of mapBlocks(volume, inode, firstBlock, endBlock)) {
        if (!extent.written) continue;
        const extentOffset = extent.fileBlock * blockSizeBytes;
        const from = Math.max(extentOffset, offset);
        const to = Math.min(extentOffset + extent.blockCount * blockSizeBytes, end);
        const source = extent.imageBlock * blockSizeBytes + (from - extentOffset);
        result.set(await volume.source.read(source, to - from), from - offset);
      }
      return result;
    },
  };
}

function inlineContent(bytes: Uint8Array): RandomAccess {
  return {
    sizeBytes: bytes.length,
    read(offset, length) {
      checkRange(bytes.length, offset, length);
      return Promise.resolve(bytes.slice(offset, offset + length));
    },
  };
}
