import { INLINE_DIRECTORY } from '../layout/directory.js';
import { INODE_FLAGS } from '../layout/inode.js';
import { readNumber } from '../../fields.js';
import { ROOT_INODE } from '../layout/superblock.js';
import { mostMappedBlocks } from '../reader/file-map.js';
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
  const room = new DirectoryRoom(context);
  for (const record of context.inodes.directories()) {
    context.signal?.throwIfAborted();
    const inode = await context.volume.anyInode(record.number);
    if (inode.flags & INODE_FLAGS.inlineData) checkInlineDirectory(context, inode, record);
    else await checkBlockDirectory(context, inode, record, room);
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

/**
 * Blocks that directories may have in all, as many as there are. Those of a sound file system have fewer;
 * a forged one could have each of its inodes be a directory of the same blocks, and the check of it
 * would take the square of its size.
 */
class DirectoryRoom {
  #blocksLeft: number;

  constructor(private readonly context: CheckContext) {
    this.#blocksLeft = mostMappedBlocks(context.volume);
  }

  /** Takes a block for a directory; false when there is none left, which is reported once. */
  take(inode: number): boolean {
    if (this.#blocksLeft < 0) return false;
    if (--this.#blocksLeft >= 0) return true;
    const message = 'directories have more blocks than there are: no further one is checked';
    this.context.findings.add('directory-blocks', `directory ${inode}`, message);
    return false;
  }
}

async function checkBlockDirectory(
  context: CheckContext,
  inode: Inode,
  record: DirectoryRecord,
  room: DirectoryRoom,
): Promise<void> {
  const takesRoom = (): boolean => room.take(inode.number);
  const { volume, superblock } = context;
  const seed = seedOf(inode, superblock);
  const isIndexed = (inode.flags & INODE_FLAGS.index) !== 0;
  const names = new DirectoryNames(inode);
  const hashed = new Map<number, HashTreeBlock>();
  let hashVersion: number | undefined;
  const entered = new Set<number>();
  const enter = (block: number): boolean => {
    const isNew = !entered.has(block);
    entered.add(block);
    return isNew && takesRoom();
  };
  for await (const surveyed of surveyFile(volume, inode, enter)) {
    if (surveyed.kind !== 'content') continue;
    const { imageBlock, blockCount, fileBlock } = surveyed.extent;
    for (let i = 0; i < blockCount; i++) {
      if (!takesRoom()) return;
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
  if (inodeAttributes(inode).problems.length > 0) return;
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
