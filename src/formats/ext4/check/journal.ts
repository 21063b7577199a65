import { crc32c, CRC32C_START } from '../crc32c.js';
import { readNumber } from '../../fields.js';
import type { NumberField } from '../../fields.js';
import {
  JOURNAL_FEATURE_INCOMPAT,
  JOURNAL_MAGIC,
  JOURNAL_SUPERBLOCK,
  JOURNAL_SUPERBLOCK_BYTES,
  JOURNAL_SUPERBLOCK_V1,
  JOURNAL_SUPERBLOCK_V2,
  MIN_JOURNAL_BLOCKS,
} from '../layout/journal.js';
import { mapBlocks } from '../reader/file-map.js';
import type { Inode } from '../reader/inode.js';
import type { CheckContext } from './context.js';

const WHERE = 'journal';

/** Checks the journal's inode and its superblock; the log is not read. */
export async function checkJournal(context: CheckContext, inode: Inode): Promise<void> {
  const { findings, volume, superblock } = context;
  const expect = (good: boolean, code: string, message: string): void => {
    findings.expect(good, code, WHERE, message);
  };
  if (inode.type !== 'file' || inode.linkCount === 0) {
    findings.add('journal-inode', WHERE, `inode ${inode.number} is no file in use`);
    return;
  }
  let mappedBlocks = 0;
  let firstBlock: number | undefined;
  try {
    for await (const extent of mapBlocks(volume, inode)) {
      if (extent.fileBlock === 0) firstBlock = extent.imageBlock;
      if (extent.fileBlock === mappedBlocks) mappedBlocks += extent.blockCount;
    }
  } catch {
    // What is wrong with the blocks has been reported with the inode.
    return;
  }
  if (firstBlock === undefined) {
    findings.add('journal-inode', WHERE, 'it has no first block');
    return;
  }
  const bytes = await volume.readBlock(firstBlock, WHERE);
  const get = (field: NumberField): number => readNumber(field, bytes);
  const type = get(JOURNAL_SUPERBLOCK.blockType);
  const isKnown = type === JOURNAL_SUPERBLOCK_V1 || type === JOURNAL_SUPERBLOCK_V2;
  if (get(JOURNAL_SUPERBLOCK.magic) !== JOURNAL_MAGIC || !isKnown) {
    findings.add('journal-magic', WHERE, 'it does not begin with a journal superblock');
    return;
  }
  const blockCount = get(JOURNAL_SUPERBLOCK.blockCount);
  const first = get(JOURNAL_SUPERBLOCK.firstBlock);
  const start = get(JOURNAL_SUPERBLOCK.start);
  expect(
    get(JOURNAL_SUPERBLOCK.blockSize) === superblock.blockSizeBytes,
    'journal-block-size',
    `its blocks have ${get(JOURNAL_SUPERBLOCK.blockSize)} bytes`,
  );
  expect(
    blockCount >= MIN_JOURNAL_BLOCKS && blockCount <= mappedBlocks,
    'journal-size',
    `it says that it has ${blockCount} blocks, its inode has ${mappedBlocks}`,
  );
  expect(first > 0 && first < blockCount, 'journal-first', `its log begins at block ${first}`);
  expect(
    start === 0 || superblock.features.has('needs_recovery'),
    'journal-start',
    `its log has entries from block ${start}, but it needs no recovery`,
  );
  expect(start < blockCount, 'journal-start', `its log starts at block ${start}`);
  expect(get(JOURNAL_SUPERBLOCK.error) === 0, 'journal-error', 'it was aborted after an error');
  if (type === JOURNAL_SUPERBLOCK_V1) return;
  checkFeatures(context, bytes);
  const userCount = get(JOURNAL_SUPERBLOCK.userCount);
  expect(userCount <= 1, 'journal-users', `${userCount} file systems use it`);
}

function checkFeatures({ findings }: CheckContext, bytes: Uint8Array): void {
  const incompat = readNumber(JOURNAL_SUPERBLOCK.featureIncompat, bytes);
  const roCompat = readNumber(JOURNAL_SUPERBLOCK.featureRoCompat, bytes);
  const known = Object.values(JOURNAL_FEATURE_INCOMPAT).reduce((all, bit) => all | bit, 0);
  const unknown = (incompat & ~known) | roCompat;
  findings.expect(
    unknown === 0,
    'journal-feature',
    WHERE,
    `it has the unknown features 0x${(unknown >>> 0).toString(16)}`,
  );
  const { checksumV2, checksumV3 } = JOURNAL_FEATURE_INCOMPAT;
  if ((incompat & (checksumV2 | checksumV3)) === 0) return;
  const covered = bytes.slice(0, JOURNAL_SUPERBLOCK_BYTES);
  const { offset, width } = JOURNAL_SUPERBLOCK.checksum;
  covered.fill(0, offset, offset + width);
  findings.expect(
    readNumber(JOURNAL_SUPERBLOCK.checksum, bytes) === crc32c(CRC32C_START, covered),
    'journal-checksum',
    WHERE,
    'the checksum of its superblock does not match',
  );
}
