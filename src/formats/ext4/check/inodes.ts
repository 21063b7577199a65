import { BAD_BLOCKS_INODE, JOURNAL_INODE, RESIZE_INODE, ROOT_INODE } from '../layout/superblock.js';
import { inodeChecksumMatches } from '../reader/inode.js';
import type { Inode } from '../reader/inode.js';
import type { CheckContext } from './context.js';
import { checkEncryption } from './encryption.js';
import { checkContent } from './inode-content.js';
import { checkInodeFields } from './inode-fields.js';
import { scanInodeTables } from './inode-table.js';
import { checkJournal } from './journal.js';
import { checkOrphanFile } from './orphans.js';
import { checkResizeInode } from './resize-inode.js';
import { holdsValue } from './value-inodes.js';

/** Checks every inode by itself, and records which are in use and which blocks they use. */
export async function checkInodes(context: CheckContext): Promise<void> {
  for await (const inode of scanInodeTables(context)) {
    const { number, linkCount } = inode;
    const where = `inode ${number}`;
    context.findings.expect(
      inodeChecksumMatches(inode, context.superblock),
      'inode-checksum',
      where,
      'its checksum does not match its contents',
    );
    if (isReserved(context, number)) await checkReserved(context, inode);
    else if (linkCount > 0 || context.orphans.has(number)) await checkUsed(context, inode);
    else checkUnused(context, inode);
  }
  const { orphanFileInode } = context.superblock;
  context.findings.expect(
    orphanFileInode === 0 || context.inodes.get(orphanFileInode)?.type === 'file',
    'orphan-file',
    `inode ${orphanFileInode}`,
    'it is to be the orphan file but is no file in use',
  );
  for (const number of context.superblock.quotaInodes) {
    const { type } = context.inodes.get(number) ?? {};
    const message = 'it is to hold quotas but is no file in use';
    context.findings.expect(
      number === 0 || type === 'file',
      'quota-inode',
      `inode ${number}`,
      message,
    );
  }
  context.attributeBlocks.checkReferences();
  await context.valueInodes.checkReferences(context.inodes);
}

/** Whether an inode has a number below the first that files get, other than the root's. */
export function isReserved({ superblock }: CheckContext, number: number): boolean {
  return number !== ROOT_INODE && number < superblock.firstInode;
}

async function checkUsed(context: CheckContext, inode: Inode): Promise<void> {
  const { findings, inodes, orphans, superblock } = context;
  const { number, type, linkCount } = inode;
  const where = `inode ${number}`;
  inodes.add(number, type, linkCount);
  const isHidden = number === superblock.orphanFileInode || superblock.quotaInodes.includes(number);
  findings.expect(
    inode.deletionTime === 0 || orphans.has(number),
    'inode-deletion-time',
    where,
    'it is in use but has a time of deletion',
  );
  if (isHidden) inodes.hide(number);
  checkInodeFields(context, inode);
  await checkEncryption(context, inode);
  const valueInodeCount = await checkContent(context, inode);
  if (!isHidden && !holdsValue(inode)) context.quotas?.add(inode, 1 + valueInodeCount);
  if (number === superblock.orphanFileInode) await checkOrphanFile(context, inode);
}

function checkUnused(context: CheckContext, inode: Inode): void {
  context.findings.expect(
    inode.mode === 0 || inode.deletionTime !== 0,
    'inode-deletion-time',
    `inode ${inode.number}`,
    'it is not in use but has no time of deletion',
  );
}

async function checkReserved(context: CheckContext, inode: Inode): Promise<void> {
  const { findings, superblock, inodes } = context;
  const { number, linkCount, type } = inode;
  const { features, journal, quotaInodes } = superblock;
  switch (number) {
    case BAD_BLOCKS_INODE:
      await checkContent(context, inode);
      return;
    case RESIZE_INODE:
      if (features.has('resize_inode')) await checkResizeInode(context, inode);
      else expectUnused(context, inode);
      return;
    case JOURNAL_INODE:
      if (journal?.inode !== JOURNAL_INODE) {
        expectUnused(context, inode);
        return;
      }
      checkInodeFields(context, inode);
      await checkContent(context, inode);
      await checkJournal(context, inode);
      return;
    default:
      if (!quotaInodes.includes(number)) {
        expectUnused(context, inode);
        return;
      }
      findings.expect(
        type === 'file' && linkCount > 0,
        'inode-reserved',
        `inode ${number}`,
        'it is to hold quotas but is no file in use',
      );
      inodes.add(number, type, linkCount);
      inodes.hide(number);
      checkInodeFields(context, inode);
      await checkContent(context, inode);
  }
}

function expectUnused({ findings }: CheckContext, { number, mode, linkCount }: Inode): void {
  findings.expect(
    mode === 0 && linkCount === 0,
    'inode-reserved',
    `inode ${number}`,
    'it is reserved and should not be in use',
  );
}
