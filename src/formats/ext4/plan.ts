import { bytesSegment, makeImage } from '../../image/image.js';
import type { Image } from '../../image/image.js';
import { planContent } from './writer/content.js';
import { filesystemSeed } from './crc32c.js';
import type { Ext4Entry } from './entry.js';
import { backupGroup, groupStart, planGeometry } from './writer/geometry.js';
import { planGroups } from './writer/groups.js';
import { deriveIdentity } from './writer/identity.js';
import { journalBackup, journalInode, planJournal } from './writer/journal.js';
import { SUPERBLOCK_OFFSET } from './layout/superblock.js';
import { resolveOptions } from './options.js';
import type { BlockSizeBytes, Ext4Options, ResolvedExt4Options } from './options.js';
import { itemBlockCount, measure, placeItems, writeItems } from './writer/placement.js';
import type { Item, WriteOptions } from './writer/placement.js';
import { buildSuperblock } from './writer/superblock.js';
import type { SuperblockFacts } from './writer/superblock.js';
import { formatUuid } from './uuid.js';
import { buildTree } from './writer/tree.js';
import type { TreeInode } from './writer/tree.js';

export type { Ext4Attributes, Ext4Entry, Ext4Name } from './entry.js';
export { bytesData, fileData, holeData } from '../../image/file-data.js';
export type { Ext4Options } from './options.js';

/** A planned file system, and what was decided for it. */
export interface Ext4Image extends Image {
  readonly label: string;
  /** As text: `00112233-4455-8677-8899-aabbccddeeff`. */
  readonly uuid: string;
  readonly blockSizeBytes: BlockSizeBytes;
  readonly blockCount: number;
  readonly freeBlockCount: number;
  /** In the inode tables, used or not. */
  readonly inodeCount: number;
  readonly freeInodeCount: number;
}

/**
 * Plans an ext4 file system that holds the entries. File data is referred to, never read; each
 * file's data lies in one run, so that a disk can be composed of the files themselves. The image
 * is as small as its contents allow, and depends on nothing but the arguments.
 *
 * Features: extents, 64bit, flex_bg, metadata_csum, sparse_super2, filetype, large_file,
 * huge_file, dir_nlink, extra_isize, ext_attr, dir_index, on demand has_journal. No blocks are
 * reserved. A backup superblock is kept where there is free space for it, never between data.
 *
 * @throws ZosiaError with a code that starts with `ZOSIA_EXT4_` for what ext4 cannot hold
 */
export function planExt4(entries: readonly Ext4Entry[], options: Ext4Options): Ext4Image {
  const resolved = resolveOptions(options);
  const { blockSizeBytes, epochSeconds, label } = resolved;
  const { inodes } = buildTree(entries);
  const { uuid, hashSeed } = deriveIdentity(resolved, inodes);
  const seed = filesystemSeed(uuid);
  const write: WriteOptions = { ...resolved, seed };

  const items = inodes.map((inode) =>
    measure(inode, planContent(inode, { blockSizeBytes, hashSeed }), write),
  );
  if (resolved.journal) {
    const diskBlockCount = approximateBlockCount(items, resolved);
    const journal = planJournal(resolved.journal, { diskBlockCount, blockSizeBytes, uuid });
    items.splice(1, 0, measure(journalInode(), journal, write));
  }
  const inodeCount = items.at(-1)!.inode.number;
  const contentBlockCount = blockCountOf(items);
  const geometry = planGeometry({ ...resolved, inodeCount, contentBlockCount });
  const freeBlock = placeItems(items, geometry.contentsBlock);
  const { inodeTable, segments } = writeItems(items, write);

  const backup = backupGroup(geometry, freeBlock);
  const usage = { freeBlock, inodeCount, backupGroup: backup, directories: directories(inodes) };
  const groups = planGroups(geometry, usage, seed);
  const facts: SuperblockFacts = {
    geometry,
    uuid,
    hashSeed,
    label,
    epochSeconds,
    freeBlockCount: groups.freeBlockCount,
    freeInodeCount: geometry.groupCount * geometry.inodesPerGroup - inodeCount,
    backupGroup: backup,
    journalBackup: resolved.journal && journalBackup(inodeTable),
  };
  const at = (block: number): number => block * blockSizeBytes;
  const { descriptors } = groups;
  const metadata = [
    bytesSegment(SUPERBLOCK_OFFSET, buildSuperblock(facts, 0), 'superblock'),
    bytesSegment(at(geometry.descriptorsBlock), descriptors, 'group descriptors'),
    bytesSegment(at(geometry.inodeTablesBlock), inodeTable, 'inode tables'),
  ];
  if (backup > 0) {
    const start = groupStart(geometry, backup);
    metadata.push(
      bytesSegment(at(start), buildSuperblock(facts, backup), 'backup superblock'),
      bytesSegment(at(start + 1), descriptors, 'backup group descriptors'),
    );
  }
  const sizeBytes = resolved.sizeBytes ?? at(geometry.blockCount);
  return {
    ...makeImage(sizeBytes, [...metadata, ...groups.segments, ...segments]),
    label,
    uuid: formatUuid(uuid),
    blockSizeBytes,
    blockCount: geometry.blockCount,
    freeBlockCount: facts.freeBlockCount,
    inodeCount: geometry.groupCount * geometry.inodesPerGroup,
    freeInodeCount: facts.freeInodeCount,
  };
}

function blockCountOf(items: readonly Item[]): number {
  return items.reduce((sum, item) => sum + itemBlockCount(item), 0);
}

/** About how many blocks the disk will have, not counting a journal. */
function approximateBlockCount(items: readonly Item[], resolved: ResolvedExt4Options): number {
  const { blockSizeBytes, extraBytes, sizeBytes = 0 } = resolved;
  const smallest = blockCountOf(items) + Math.ceil(extraBytes / blockSizeBytes);
  return Math.max(smallest, Math.floor(sizeBytes / blockSizeBytes));
}

function directories(inodes: readonly TreeInode[]): number[] {
  const found = inodes.filter(({ content }) => content.type === 'directory');
  return found.map(({ number }) => number);
}
