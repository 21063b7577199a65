import { ZosiaError } from '../../../errors.js';
import type { ContentPlan } from './content.js';
import { readBytes, readNumber, writeFields } from '../../fields.js';
import { holeData } from '../../../image/file-data.js';
import { INODE, INODE_BYTES, INODE_FLAGS } from '../layout/inode.js';
import {
  JOURNAL_MAGIC,
  JOURNAL_SUPERBLOCK,
  JOURNAL_SUPERBLOCK_V2,
  MAX_JOURNAL_BLOCKS,
  MIN_JOURNAL_BLOCKS,
} from '../layout/journal.js';
import { JOURNAL_BACKUP, JOURNAL_INODE, SUPERBLOCK } from '../layout/superblock.js';
import type { Ext4Options } from '../options.js';
import { solidRun } from './runs.js';
import type { TreeInode } from './tree.js';

/** Journals by the size of the disk, in blocks: about what mke2fs chooses. */
const DEFAULT_BLOCKS = [
  { diskBelow: 32_768, journal: 1024 },
  { diskBelow: 262_144, journal: 4096 },
  { diskBelow: 1_048_576, journal: 8192 },
  { diskBelow: Infinity, journal: 16_384 },
] as const;

/** The file system that a journal is for. */
export interface JournalDisk {
  /** Blocks without the journal; its usual size follows from them. */
  readonly diskBlockCount: number;
  readonly blockSizeBytes: number;
  readonly uuid: Uint8Array;
}

/** The inode of the journal, which has no name. */
export function journalInode(): TreeInode {
  return {
    content: { type: 'file', data: holeData(0) },
    attributes: { mode: 0o600 },
    named: false,
    path: 'the journal',
    linkCount: 1,
    number: JOURNAL_INODE,
  };
}

/**
 * An empty internal journal (jbd2): a superblock that says so, and blocks that nobody reads.
 *
 * @throws ZosiaError `ZOSIA_EXT4_BAD_OPTION` when the size asked for is not possible
 */
export function planJournal(
  journal: NonNullable<Ext4Options['journal']>,
  { diskBlockCount, blockSizeBytes, uuid }: JournalDisk,
): ContentPlan {
  const blockCount =
    journal === true
      ? DEFAULT_BLOCKS.find(({ diskBelow }) => diskBlockCount < diskBelow)!.journal
      : checkSize(journal.sizeBytes, blockSizeBytes);
  return {
    sizeBytes: blockCount * blockSizeBytes,
    flags: INODE_FLAGS.extents,
    runs: solidRun(blockCount),
    build: () => {
      const superblock = new Uint8Array(blockSizeBytes);
      writeFields(JOURNAL_SUPERBLOCK, superblock, 0, {
        magic: JOURNAL_MAGIC,
        blockType: JOURNAL_SUPERBLOCK_V2,
        blockSize: blockSizeBytes,
        blockCount,
        firstBlock: 1,
        sequence: 1,
        uuid,
        userCount: 1,
      });
      return superblock;
    },
  };
}

/** The copy of the journal's inode that the superblock keeps. */
export function journalBackup(inodeTable: Uint8Array): Uint8Array {
  const inode = (JOURNAL_INODE - 1) * INODE_BYTES;
  const copy = new Uint8Array(SUPERBLOCK.journalBlocks.width);
  writeFields(JOURNAL_BACKUP, copy, 0, {
    block: readBytes(INODE.block, inodeTable, inode),
    sizeHigh: readNumber(INODE.sizeHigh, inodeTable, inode),
    sizeLow: readNumber(INODE.sizeLow, inodeTable, inode),
  });
  return copy;
}

function checkSize(sizeBytes: number, blockSizeBytes: number): number {
  const blockCount = Math.ceil(sizeBytes / blockSizeBytes);
  if (blockCount >= MIN_JOURNAL_BLOCKS && blockCount <= MAX_JOURNAL_BLOCKS) return blockCount;
  throw new ZosiaError(
    'ZOSIA_EXT4_BAD_OPTION',
    `ext4 cannot have a journal of ${sizeBytes} bytes`,
    {
      hint:
        `Give it ${MIN_JOURNAL_BLOCKS * blockSizeBytes} to ` +
        `${MAX_JOURNAL_BLOCKS * blockSizeBytes} bytes.`,
    },
  );
}
