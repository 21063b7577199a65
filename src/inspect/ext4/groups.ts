import { SUPERBLOCK_BYTES, SUPERBLOCK_OFFSET } from '../../formats/ext4/layout/superblock.js';
import { copyStart } from '../../formats/ext4/reader/group-descriptor.js';
import type { Ext4Group } from '../../formats/ext4/reader/group-descriptor.js';
import type { Volume } from '../../formats/ext4/reader/volume.js';
import type { Region } from '../regions.js';

/** Where the structures lie that belong to no file: superblocks, descriptors, bitmaps, inode tables. */
export async function groupRegions(volume: Volume, signal?: AbortSignal): Promise<Region[]> {
  const { blockSizeBytes, groupCount, protectionBlock } = volume.superblock;
  const superblockEnd = Math.max(blockSizeBytes, SUPERBLOCK_OFFSET + SUPERBLOCK_BYTES);
  const regions: Region[] = [
    { offset: 0, length: SUPERBLOCK_OFFSET, what: 'boot area' },
    {
      offset: SUPERBLOCK_OFFSET,
      length: superblockEnd - SUPERBLOCK_OFFSET,
      what: 'superblock',
    },
  ];
  const add: Add = (what, block, blockCount) => {
    if (blockCount === 0) return;
    const region = { offset: block * blockSizeBytes, length: blockCount * blockSizeBytes, what };
    regions.push(region);
  };
  for (let number = 0; number < groupCount; number++) {
    signal?.throwIfAborted();
    const group = await volume.group(number);
    addCopies(volume, group, add);
    add('block bitmaps', group.blockBitmapBlock, 1);
    add('inode bitmaps', group.inodeBitmapBlock, 1);
    add('inode tables', group.inodeTableBlock, group.inodeTableBlockCount);
  }
  if (protectionBlock !== 0) add('mount protection', protectionBlock, 1);
  return regions;
}

type Add = (what: string, block: number, blockCount: number) => void;

/**
 * The copies of superblock and descriptors in a group. With meta_bg, every meta group (as many groups
 * as a block has descriptors) keeps its block of them in its first group, with copies in its second and
 * last (kernel Documentation/filesystems/ext4/blockgroup.rst).
 */
function addCopies({ superblock }: Volume, group: Ext4Group, add: Add): void {
  const { groupCount, blockSizeBytes, descriptorSizeBytes, features, firstMetaGroup } = superblock;
  const { number, hasBackup } = group;
  const start = copyStart(superblock, number);
  const perBlock = blockSizeBytes / descriptorSizeBytes;
  const blockCount = Math.ceil(groupCount / perBlock);
  const hasMetaGroups = features.has('meta_bg');
  if (number > 0 && hasBackup) add('superblock backup', start, 1);
  if (hasMetaGroups && Math.floor(number / perBlock) >= firstMetaGroup) {
    const inMetaGroup = number % perBlock;
    const block = start + (hasBackup ? 1 : 0);
    if (inMetaGroup === 0) add('descriptors', block, 1);
    else if (inMetaGroup === 1 || inMetaGroup === perBlock - 1) add('descriptors backup', block, 1);
  } else if (hasBackup) {
    const what = number === 0 ? 'descriptors' : 'descriptors backup';
    add(what, start + 1, hasMetaGroups ? Math.min(blockCount, firstMetaGroup) : blockCount);
  }
}
