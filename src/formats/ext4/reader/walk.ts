import { Buffer } from 'buffer';
import { ROOT_INODE } from '../layout/superblock.js';
import { readDirectory } from './directory.js';
import type { Ext4DirectoryEntry } from './directory.js';
import { corrupt } from './corrupt.js';
import { statOf } from './stat.js';
import type { Ext4Stat } from './stat.js';
import type { Volume } from './volume.js';

/** A path in the image and what it leads to. */
export interface Ext4Walked {
  /** From the root, printable: see `escapeName`. */
  readonly path: string;
  readonly pathBytes: Uint8Array;
  readonly stat: Ext4Stat;
}

/** A directory whose entries are being gone through. */
interface Level {
  readonly path: string;
  readonly pathBytes: Uint8Array;
  readonly entries: AsyncGenerator<Ext4DirectoryEntry, void, undefined>;
}

const SLASH = Uint8Array.of(0x2f);

/** @throws ZosiaError `ZOSIA_EXT4_CORRUPT`, also when a directory has two parents: then walks may not end */
export async function* walkTree(volume: Volume): AsyncGenerator<Ext4Walked, void, undefined> {
  const visited = new Set<number>();
  // No two directories share a block, so that all of them together have no more than there are.
  let roomBytes = volume.superblock.blockCount * volume.superblock.blockSizeBytes;
  const levels: Level[] = [];

  const enter = async (path: string, pathBytes: Uint8Array, stat: Ext4Stat): Promise<void> => {
    const where = `directory ${stat.inode}`;
    if (visited.has(stat.inode)) throw corrupt(where, `it appears once more, at ${path}`);
    visited.add(stat.inode);
    roomBytes -= stat.sizeBytes;
    if (roomBytes < 0) throw corrupt(where, 'the directories are larger than the file system');
    const inode = await volume.inode(stat.inode);
    levels.push({ path, pathBytes, entries: readDirectory(volume, inode) });
  };

  const root = statOf(await volume.inode(ROOT_INODE));
  if (root.type !== 'directory') throw corrupt(`inode ${ROOT_INODE}`, 'the root is no directory');
  yield { path: '/', pathBytes: SLASH, stat: root };
  await enter('', new Uint8Array(0), root);
  for (let level = levels.at(-1); level; level = levels.at(-1)) {
    const next = await level.entries.next();
    if (next.done) {
      levels.pop();
      continue;
    }
    const { name, nameBytes, inode } = next.value;
    const path = `${level.path}/${name}`;
    const pathBytes = Uint8Array.from(Buffer.concat([level.pathBytes, SLASH, nameBytes]));
    const stat = statOf(await volume.inode(inode));
    yield { path, pathBytes, stat };
    if (stat.type === 'directory') await enter(path, pathBytes, stat);
  }
}
