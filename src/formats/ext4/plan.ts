import { bytesSegment, makeImage } from '../../image/image.js';
import type { Image } from '../../image/image.js';
import { filesystemSeed } from './crc32c.js';
import type { Ext4Entry } from './entry.js';
import { planGeometry } from './geometry.js';
import { planGroups } from './groups.js';
import { deriveIdentity } from './identity.js';
import { SUPERBLOCK_OFFSET } from './layout/superblock.js';
import { checkOptions } from './options.js';
import type { Ext4Options } from './options.js';
import { itemBlockCount, measure, placeItems, writeItems } from './placement.js';
import { buildSuperblock } from './superblock.js';
import { buildTree } from './tree.js';
import type { TreeInode } from './tree.js';

export type { Ext4Attributes, Ext4Entry, Ext4Name, Ext4Time } from './entry.js';
export { bytesData, fileData, holeData } from './file-data.js';
export type { Ext4Options } from './options.js';

/**
 * Plans an ext4 file system that holds the entries. File data is referred to, never read; each
 * file's data lies in one run, so that a disk can be composed of the files themselves. The image
 * is as small as its contents allow, and depends on nothing but the arguments.
 *
 * Features: extents, 64bit, flex_bg, metadata_csum, sparse_super2 without backups, filetype,
 * large_file, huge_file, dir_nlink, extra_isize, ext_attr, dir_index; no blocks are reserved.
 *
 * @throws ZosiaError with a code that starts with `ZOSIA_EXT4_` for what ext4 cannot hold
 */
export function planExt4(entries: readonly Ext4Entry[], options: Ext4Options): Image {
  checkOptions(options);
  const { blockSizeBytes = 4096, epochSeconds = 0 } = options;
  const { inodes } = buildTree(entries);
  const identity = deriveIdentity(options, inodes);
  const seed = filesystemSeed(identity.uuid);

  const items = inodes.map((inode) => measure(inode, blockSizeBytes));
  const inodeCount = items.at(-1)!.inode.number;
  const geometry = planGeometry({
    blockSizeBytes,
    inodeCount,
    contentBlockCount: items.reduce((sum, item) => sum + itemBlockCount(item), 0),
    extraBytes: options.extraBytes,
    sizeBytes: options.sizeBytes,
  });
  const { placed, freeBlock } = placeItems(items, geometry.contentsBlock);
  const usage = { freeBlock, inodeCount, directories: directoryNumbers(inodes) };
  const groups = planGroups(geometry, usage, seed);
  const superblock = buildSuperblock({
    geometry,
    identity,
    label: options.label,
    epochSeconds,
    freeBlockCount: geometry.blockCount - freeBlock,
    freeInodeCount: geometry.groupCount * geometry.inodesPerGroup - inodeCount,
  });
  const { inodeTable, segments } = writeItems(placed, { blockSizeBytes, epochSeconds, seed });

  const at = (block: number): number => block * blockSizeBytes;
  return makeImage(options.sizeBytes ?? at(geometry.blockCount), [
    bytesSegment(SUPERBLOCK_OFFSET, superblock, 'superblock'),
    bytesSegment(at(geometry.descriptorsBlock), groups.descriptors, 'group descriptors'),
    ...groups.segments,
    bytesSegment(at(geometry.inodeTablesBlock), inodeTable, 'inode tables'),
    ...segments,
  ]);
}

function directoryNumbers(inodes: readonly TreeInode[]): number[] {
  const directories = inodes.filter(({ content }) => content.type === 'directory');
  return directories.map(({ number }) => number);
}
