import { crc32c, crc32cWord } from '../crc32c.js';
import { high32, low32, readNumber } from '../../fields.js';
import {
  ORPHAN_BLOCK_MAGIC,
  ORPHAN_BLOCK_TAIL,
  ORPHAN_BLOCK_TAIL_BYTES,
} from '../layout/orphan-file.js';
import { ROOT_INODE } from '../layout/superblock.js';
import { mapBlocks } from '../reader/file-map.js';
import { seedOf } from '../reader/inode.js';
import type { Inode } from '../reader/inode.js';
import type { Ext4Superblock } from '../reader/superblock.js';
import type { Volume } from '../reader/volume.js';
import { isZero } from './inode-table.js';
import type { CheckContext } from './context.js';
import type { Findings } from '../../findings.js';

const WHERE = 'orphan list';

/**
 * The inodes that were deleted while open: a list from the superblock, each with the next one where
 * its time of deletion belongs.
 */
export async function readOrphans(volume: Volume, findings: Findings): Promise<Set<number>> {
  const { superblock } = volume;
  const orphans = new Set<number>();
  for (let number = superblock.lastOrphan; number !== 0;) {
    if (!isFile(superblock, number) || orphans.has(number)) {
      findings.add('orphan-list', WHERE, `the inode ${number} in it cannot be there`);
      return orphans;
    }
    orphans.add(number);
    findings.add('orphan', WHERE, `the inode ${number} was deleted while it was open`);
    number = (await volume.anyInode(number)).deletionTime;
  }
  return orphans;
}

function isFile({ firstInode, inodeCount }: Ext4Superblock, number: number): boolean {
  return number !== ROOT_INODE && number >= firstInode && number <= inodeCount;
}

/** Checks the blocks of the orphan file, which is empty after a proper unmount. */
export async function checkOrphanFile(context: CheckContext, inode: Inode): Promise<void> {
  const { volume, findings, superblock } = context;
  const { blockSizeBytes } = superblock;
  const where = 'orphan file';
  const seed = seedOf(inode, superblock);
  for await (const extent of mapBlocks(volume, inode)) {
    for (let i = 0; i < extent.blockCount; i++) {
      const block = extent.imageBlock + i;
      const bytes = await volume.readBlock(block, where);
      const tail = blockSizeBytes - ORPHAN_BLOCK_TAIL_BYTES;
      findings.expect(
        readNumber(ORPHAN_BLOCK_TAIL.magic, bytes, tail) === ORPHAN_BLOCK_MAGIC,
        'orphan-file',
        where,
        `its block ${block} has no magic number`,
      );
      const numbers = bytes.subarray(0, tail);
      findings.expect(isZero(numbers), 'orphan', where, 'files were deleted while they were open');
      if (seed === undefined) continue;
      const blockSeed = crc32cWord(crc32cWord(seed, low32(block)), high32(block));
      findings.expect(
        readNumber(ORPHAN_BLOCK_TAIL.checksum, bytes, tail) === crc32c(blockSeed, numbers),
        'orphan-file',
        where,
        `the checksum of its block ${block} does not match`,
      );
    }
  }
}
