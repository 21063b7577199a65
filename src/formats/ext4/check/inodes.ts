import { BAD_BLOCKS_INODE, JOURNAL_INODE, RESIZE_INODE, ROOT_INODE } from '../layout/superblock.js';
import { isEncrypted } from '../reader/encrypted.js';
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
  const { orphanFileInode } = context.superblock;
  for await (const inodes of scanInodeTables(context)) {
    for (const inode of inodes) {
      // Of most inodes nothing else is to be read, and waiting for nothing takes longer than their check.
      const reading = checkInode(context, inode);
      if (reading) await reading;
      if (inode.number === orphanFileInode && isUsed(context, inode)) {
        await checkOrphanFile(context, inode);
      }
    }
  }
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

/** @returns undefined when it is done */
function checkInode(context: CheckContext, inode: Inode): Promise<void> | undefined {
  const { findings, superblock } = context;
  if (!inodeChecksumMatches(inode, superblock)) {
    const message = 'its checksum does not match its contents';
    findings.add('inode-checksum', `inode ${inode.number}`, message);
  }
  if (isReserved(context, inode.number)) return checkReserved(context, inode);
  if (isUsed(context, inode)) return checkUsed(context, inode);
  checkUnused(context, inode);
  return undefined;
}

function isUsed(context: CheckContext, { number, linkCount }: Inode): boolean {
  return !isReserved(context, number) && (linkCount > 0 || context.orphans.has(number));
}

/** Whether an inode has a number below the first that files get, other than the root's. */
export function isReserved({ superblock }: CheckContext, number: number): boolean {
  return number !== ROOT_INODE && number < superblock.firstInode;
}

/** @returns undefined when it is done */
function checkUsed(context: CheckContext, inode: Inode): Promise<void> | undefined {
  const { findings, inodes, orphans, superblock } = context;
  const { number, type, linkCount } = inode;
  inodes.add(number, type, linkCount);
  const isHidden = number === superblock.orphanFileInode || superblock.quotaInodes.includes(number);
  if (inode.deletionTime !== 0 && !orphans.has(number)) {
    const message = 'it is in use but has a time of deletion';
    findings.add('inode-deletion-time', `inode ${number}`, message);
  }
  if (isHidden) inodes.hide(number);
  checkInodeFields(context, inode);
  const content = checkContent(context, inode);
  if (typeof content !== 'number' || isEncrypted(inode))
    return readFurther(context, inode, content);
  countForQuotas(context, inode, content);
  return undefined;
}

async function readFurther(
  context: CheckContext,
  inode: Inode,
  content: number | Promise<number>,
): Promise<void> {
  countForQuotas(context, inode, await content);
  await checkEncryption(context, inode);
}

function countForQuotas(context: CheckContext, inode: Inode, valueInodeCount: number): void {
  if (context.inodes.isHidden(inode.number) || holdsValue(inode)) return;
  context.quotas?.add(inode, 1 + valueInodeCount);
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
