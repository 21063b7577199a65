import { INODE_FLAGS } from '../../formats/ext4/layout/inode.js';
import { readDirectory } from '../../formats/ext4/reader/directory.js';
import { openContent } from '../../formats/ext4/reader/file-content.js';
import { mapBlocks, mostMappedBlocks } from '../../formats/ext4/reader/file-map.js';
import type { Inode } from '../../formats/ext4/reader/inode.js';
import { resolvePath } from '../../formats/ext4/reader/path.js';
import { statOf } from '../../formats/ext4/reader/stat.js';
import { readTarget } from '../../formats/ext4/reader/symlink.js';
import type { Volume } from '../../formats/ext4/reader/volume.js';
import type { DataRange, ImageNode, ImageTree } from '../node.js';

/** The files of an ext2, ext3 or ext4 file system. */
export function ext4Tree(volume: Volume): ImageTree {
  return {
    sizeBytes: mostMappedBlocks(volume) * volume.superblock.blockSizeBytes,
    lookUp: async (path, followLast) => nodeOf(volume, await resolvePath(volume, path, followLast)),
  };
}

function nodeOf(volume: Volume, inode: Inode): ImageNode {
  const { type, mode, uid, gid, sizeBytes, linkCount, mtime, device } = statOf(inode);
  return {
    ...{ id: inode.number, type, mode, uid, gid, sizeBytes, linkCount, device },
    mtimeSeconds: mtime.seconds,
    async *list() {
      for await (const { name, nameBytes, inode: number } of readDirectory(volume, inode)) {
        yield { name, nameBytes, node: nodeOf(volume, await volume.inode(number)) };
      }
    },
    readLink: () => readTarget(volume, inode),
    open: () => Promise.resolve(openContent(volume, inode)),
    dataRanges: () => dataRanges(volume, inode),
  };
}

/** Blocks that were given to a file but never written are holes to whoever reads them. */
async function* dataRanges(
  volume: Volume,
  inode: Inode,
): AsyncGenerator<DataRange, void, undefined> {
  const { blockSizeBytes } = volume.superblock;
  const { sizeBytes } = inode;
  if (inode.flags & INODE_FLAGS.inlineData) {
    if (sizeBytes > 0) yield { offset: 0, length: sizeBytes };
    return;
  }
  for await (const { fileBlock, blockCount, written } of mapBlocks(volume, inode)) {
    const offset = fileBlock * blockSizeBytes;
    const end = Math.min(offset + blockCount * blockSizeBytes, sizeBytes);
    if (written && end > offset) yield { offset, length: end - offset };
  }
}
