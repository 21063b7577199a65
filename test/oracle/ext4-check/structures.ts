import { accessBytes } from '../../../src/image/random-access.js';
import { INODE_FLAGS } from '../../../src/formats/ext4/layout/inode.js';
import {
  JOURNAL_INODE,
  RESIZE_INODE,
  SUPERBLOCK_BYTES,
  SUPERBLOCK_OFFSET,
} from '../../../src/formats/ext4/layout/superblock.js';
import { surveyFile } from '../../../src/formats/ext4/check/file-survey.js';
import { isIndexNode } from '../../../src/formats/ext4/check/hash-tree.js';
import { descriptorOffset, groupStart } from '../../../src/formats/ext4/reader/group-descriptor.js';
import { hasBlocks } from '../../../src/formats/ext4/reader/file-map.js';
import { readSoundSuperblock } from '../../../src/formats/ext4/reader/open.js';
import { hasBackup } from '../../../src/formats/ext4/reader/superblock.js';
import { Volume } from '../../../src/formats/ext4/reader/volume.js';

/** Bytes of an image that are metadata, and of which kind. */
export interface Structure {
  readonly kind: StructureKind;
  readonly offset: number;
  readonly length: number;
}

export const STRUCTURE_KINDS = [
  'superblock',
  'backup superblock',
  'group descriptor',
  'backup descriptor',
  'block bitmap',
  'inode bitmap',
  'inode',
  'extent node',
  'pointer block',
  'directory leaf',
  'hash tree node',
  'attribute block',
  'symlink block',
  'journal superblock',
] as const;
export type StructureKind = (typeof STRUCTURE_KINDS)[number];

/** Where the structures of a small, sound image lie. */
export async function structuresOf(bytes: Uint8Array): Promise<Structure[]> {
  const source = accessBytes(bytes);
  const { superblock } = await readSoundSuperblock(source, true);
  const volume = new Volume(source, superblock, true);
  const { blockSizeBytes, groupCount, inodesPerGroup, inodeSizeBytes } = superblock;
  const found: Structure[] = [];
  const add = (kind: StructureKind, offset: number, length: number): void => {
    found.push({ kind, offset, length });
  };
  const addBlock = (kind: StructureKind, block: number): void => {
    add(kind, block * blockSizeBytes, blockSizeBytes);
  };
  add('superblock', SUPERBLOCK_OFFSET, SUPERBLOCK_BYTES);
  for (let number = 0; number < groupCount; number++) {
    const group = await volume.group(number);
    const start = groupStart(superblock, number) * blockSizeBytes;
    add('group descriptor', descriptorOffset(superblock, number), superblock.descriptorSizeBytes);
    if (number > 0 && hasBackup(superblock, number)) {
      add('backup superblock', start, SUPERBLOCK_BYTES);
      if (!superblock.features.has('meta_bg')) {
        add(
          'backup descriptor',
          start + blockSizeBytes,
          groupCount * superblock.descriptorSizeBytes,
        );
      }
    }
    if (!group.blocksUninitialised) addBlock('block bitmap', group.blockBitmapBlock);
    if (group.inodesUninitialised) continue;
    addBlock('inode bitmap', group.inodeBitmapBlock);
    for (let i = 0; i < inodesPerGroup - group.unusedInodeCount; i++) {
      const inode = await volume.anyInode(number * inodesPerGroup + i + 1);
      if (inode.mode === 0) continue;
      add('inode', group.inodeTableBlock * blockSizeBytes + i * inodeSizeBytes, inodeSizeBytes);
      if (inode.attributesBlock !== 0) addBlock('attribute block', inode.attributesBlock);
      if (!hasBlocks(inode, superblock) || inode.number === RESIZE_INODE) continue;
      for await (const surveyed of surveyFile(volume, inode, () => true)) {
        if (surveyed.kind === 'tree') {
          const hasExtents = (inode.flags & INODE_FLAGS.extents) !== 0;
          addBlock(hasExtents ? 'extent node' : 'pointer block', surveyed.block);
        }
        if (surveyed.kind !== 'content') continue;
        const { imageBlock, blockCount, fileBlock } = surveyed.extent;
        if (inode.number === JOURNAL_INODE && fileBlock === 0) {
          add('journal superblock', imageBlock * blockSizeBytes, 1024);
        }
        if (inode.type === 'symlink') addBlock('symlink block', imageBlock);
        if (inode.type !== 'directory') continue;
        for (let k = 0; k < blockCount; k++) {
          const isIndexed = (inode.flags & INODE_FLAGS.index) !== 0;
          const block = await volume.readBlock(imageBlock + k, 'directory');
          const isInner = isIndexed && (fileBlock + k === 0 || isIndexNode(block));
          addBlock(isInner ? 'hash tree node' : 'directory leaf', imageBlock + k);
        }
      }
    }
  }
  return found;
}
