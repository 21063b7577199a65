import { INODE_FLAGS } from '../../formats/ext4/layout/inode.js';
import { readDirectoryBlocks } from '../../formats/ext4/reader/directory.js';
import { isEncrypted } from '../../formats/ext4/reader/encrypted.js';
import { openContent } from '../../formats/ext4/reader/file-content.js';
import { mapBlocks, mostMappedBlocks } from '../../formats/ext4/reader/file-map.js';
import type { Timestamp } from '../../formats/entry.js';
import type { Inode } from '../../formats/ext4/reader/inode.js';
import { resolvePath } from '../../formats/ext4/reader/path.js';
import { statOf } from '../../formats/ext4/reader/stat.js';
import { readTarget } from '../../formats/ext4/reader/symlink.js';
import type { Volume } from '../../formats/ext4/reader/volume.js';
import type { RandomAccess } from '../../image/random-access.js';
import type { DataRange, ImageNode, ImageTree, NamedNode } from '../node.js';

/** The files of an ext2, ext3 or ext4 file system. */
export function ext4Tree(volume: Volume): ImageTree {
  return {
    sizeBytes: mostMappedBlocks(volume) * volume.superblock.blockSizeBytes,
    lookUp: async (path, followLast) =>
      new Ext4Node(volume, await resolvePath(volume, path, followLast)),
  };
}

/**
 * A file, without its inode: that is a view of a block, and a million of them would keep as many blocks.
 * It is read again when it is asked for its content.
 */
class Ext4Node implements ImageNode {
  readonly id: number;
  readonly type: ImageNode['type'];
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly sizeBytes: number;
  readonly linkCount: number;
  readonly mtime: Timestamp;
  readonly isEncrypted: boolean;
  readonly device: ImageNode['device'];

  constructor(
    private readonly volume: Volume,
    inode: Inode,
  ) {
    const { type, mode, uid, gid, sizeBytes, linkCount, mtime, device } = statOf(inode);
    this.id = inode.number;
    this.type = type;
    this.mode = mode;
    this.uid = uid;
    this.gid = gid;
    this.sizeBytes = sizeBytes;
    this.linkCount = linkCount;
    this.mtime = mtime;
    this.device = device;
    this.isEncrypted = isEncrypted(inode);
  }

  async *list(): AsyncGenerator<readonly NamedNode[], void, undefined> {
    const { volume } = this;
    for await (const entries of readDirectoryBlocks(volume, await this.#inode())) {
      const named: NamedNode[] = [];
      for (const { name, nameBytes, inode: number } of entries) {
        const inode = volume.keptInode(number) ?? (await volume.inode(number));
        named.push({ name, nameBytes, node: new Ext4Node(volume, inode) });
      }
      yield named;
    }
  }

  async readLink(): Promise<Uint8Array> {
    return readTarget(this.volume, await this.#inode());
  }

  async open(): Promise<RandomAccess> {
    return openContent(this.volume, await this.#inode());
  }

  async *dataRanges(): AsyncGenerator<DataRange, void, undefined> {
    yield* dataRanges(this.volume, await this.#inode());
  }

  #inode(): Promise<Inode> {
    return this.volume.inode(this.id);
  }
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
