import { INLINE_DIRECTORY } from '../layout/directory.js';
import { INODE_FLAGS } from '../layout/inode.js';
import { readNumber } from '../../fields.js';
import { ROOT_INODE } from '../layout/superblock.js';
import { inlineParts } from '../reader/inline-data.js';
import { seedOf } from '../reader/inode.js';
import type { Inode } from '../reader/inode.js';
import { inodeAttributes } from '../reader/xattr.js';
import type { CheckContext } from './context.js';
import { checkDirectoryBlock, DirectoryNames } from './directory-entries.js';
import { surveyFile } from './file-survey.js';
import { checkHashTree, hashVersionOf } from './hash-tree.js';
import type { HashTreeBlock } from './hash-tree.js';
import type { DirectoryRecord } from './inode-records.js';

/** Checks the entries of every directory, and counts to which inodes they lead. */
export async function checkDirectories(context: CheckContext): Promise<void> {
  for (const record of context.inodes.directories()) {
    context.signal?.throwIfAborted();
    const inode = await context.volume.anyInode(record.number);
    if (inode.flags & INODE_FLAGS.inlineData) checkInlineDirectory(context, inode, record);
    else await checkBlockDirectory(context, inode, record);
    context.findings.expect(
      record.dotDot !== 0,
      'directory-dot-dot',
      `directory ${record.number}`,
      'it has no entry ..',
    );
  }
  const root = context.inodes.directory(ROOT_INODE);
  if (root) root.parent = ROOT_INODE;
  else context.findings.add('root', `inode ${ROOT_INODE}`, 'the root is no directory in use');
}

async function checkBlockDirectory(
  context: CheckContext,
  inode: Inode,
  record: DirectoryRecord,
): Promise<void> {
  const { volume, superblock } = context;
  const seed = seedOf(inode, superblock);
  const isIndexed = (inode.flags & INODE_FLAGS.index) !== 0;
  const names = new DirectoryNames(inode);
  const hashed = new Map<number, HashTreeBlock>();
  let hashVersion: number | undefined;
  for await (const surveyed of surveyFile(volume, inode, () => true)) {
    if (surveyed.kind !== 'content') continue;
    const { imageBlock, blockCount, fileBlock } = surveyed.extent;
    for (let i = 0; i < blockCount; i++) {
      const bytes = await volume.readBlock(imageBlock + i, `directory ${inode.number}`);
      const number = fileBlock + i;
      if (isIndexed && number === 0) hashVersion = hashVersionOf(bytes);
      const block = { number, bytes, seed, hashVersion, flags: inode.flags };
      const hashes = checkDirectoryBlock(context, record, block, names);
      if (isIndexed) hashed.set(number, { imageBlock: imageBlock + i, hashes });
    }
  }
  if (isIndexed) await checkHashTree(context, inode, hashed);
}

function checkInlineDirectory(context: CheckContext, inode: Inode, record: DirectoryRecord): void {
  if (inodeAttributes(inode).faults.length > 0) return;
  const { first, rest } = inlineParts(inode);
  context.inodes.addReference(record.number);
  record.dotDot = readNumber(INLINE_DIRECTORY.parent, first);
  context.inodes.addReference(record.dotDot);
  const names = new DirectoryNames(inode);
  [first.subarray(INLINE_DIRECTORY.parent.width), rest].forEach((bytes, i) => {
    if (bytes.length === 0) return;
    // There are no blocks, and so neither . and .. at the start of the first nor checksums.
    const { flags } = inode;
    const block = { number: 1 + i, bytes, seed: undefined, hashVersion: undefined, flags };
    checkDirectoryBlock(context, record, block, names);
  });
}
