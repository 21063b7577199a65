import { DEVICE, INODE, INODE_FLAGS } from '../layout/inode.js';
import { MAX_EXTENT_DEPTH, MAX_FILE_BLOCKS } from '../layout/extent.js';
import { BAD_BLOCKS_INODE } from '../layout/superblock.js';
import { encryptedTarget, isEncrypted } from '../reader/encrypted.js';
import { blockMapReach } from '../reader/block-map.js';
import { hasBlocks, isFastSymlink } from '../reader/file-map.js';
import { INLINE_ATTRIBUTE } from '../reader/inline-data.js';
import type { Inode } from '../reader/inode.js';
import { inodeAttributes } from '../reader/xattr.js';
import type { StoredAttribute } from '../reader/xattr.js';
import type { Findings } from '../../findings.js';
import type { CheckContext } from './context.js';
import { surveyFile, surveyInode } from './file-survey.js';
import type { Surveyed } from './file-survey.js';
import { FileUsage } from './file-usage.js';
import { isZero } from './inode-table.js';

/**
 * Checks what an inode holds against its size and its count of blocks, and claims its blocks.
 *
 * @returns how many inodes hold values of its attributes; at once where all of it lies in the inode
 */
export function checkContent(context: CheckContext, inode: Inode): number | Promise<number> {
  const { superblock, volume } = context;
  const isMapped = hasBlocks(inode, superblock) || inode.number === BAD_BLOCKS_INODE;
  const inInode = isMapped ? surveyInode(volume, inode) : [];
  const { attributes } = inodeAttributes(inode);
  const usage = new FileUsage(superblock.clusterBlockCount);
  const isWhole = inode.attributesBlock === 0 && attributes.every((each) => each.valueInode === 0);
  if (!isWhole || !inInode) return readContent(context, inode, usage, { isMapped, attributes });
  for (const surveyed of inInode) claim(context, inode, usage, surveyed);
  const reading = checkUsage(context, inode, usage);
  return reading ? reading.then(() => 0) : 0;
}

async function readContent(
  context: CheckContext,
  inode: Inode,
  usage: FileUsage,
  { isMapped, attributes }: { isMapped: boolean; attributes: readonly StoredAttribute[] },
): Promise<number> {
  const { superblock, attributeBlocks, valueInodes, volume, treeBlocks } = context;
  const inInode = await valueInodes.use(inode, attributes, `inode ${inode.number}`);
  usage.blockCount += inInode.blockCount;
  let valueInodeCount = inInode.inodeCount;
  if (inode.attributesBlock !== 0) {
    const inBlock = await attributeBlocks.use(inode);
    usage.addBlock();
    usage.blockCount += inBlock.blockCount;
    valueInodeCount += inBlock.inodeCount;
    context.findings.expect(
      superblock.features.has('ext_attr'),
      'xattr-feature',
      `inode ${inode.number}`,
      'it has a block of extended attributes, the file system not the feature',
    );
  }
  if (isMapped) {
    const enter = (block: number): boolean => {
      const isNew = !treeBlocks.has(block);
      treeBlocks.add(block);
      return isNew;
    };
    for await (const surveyed of surveyFile(volume, inode, enter)) {
      claim(context, inode, usage, surveyed);
    }
  }
  await checkUsage(context, inode, usage);
  return valueInodeCount;
}

/** Claims blocks of an inode, and adds them to what it uses. */
function claim(
  { findings, claims }: CheckContext,
  { number }: Inode,
  usage: FileUsage,
  surveyed: Surveyed,
): void {
  switch (surveyed.kind) {
    case 'problem':
      findings.addAll(`inode ${number}`, [surveyed.problem]);
      break;
    case 'tree':
      claims.add(surveyed.block, 1, number);
      usage.addBlock();
      break;
    case 'content': {
      const { imageBlock, blockCount } = surveyed.extent;
      claims.add(imageBlock, blockCount, number);
      usage.addContent(surveyed.extent);
    }
  }
}

/** @returns undefined when it is done */
function checkUsage(
  context: CheckContext,
  inode: Inode,
  usage: FileUsage,
): Promise<void> | undefined {
  checkBlockCount(context, inode, usage);
  if (!usage.isAligned) {
    const message = 'its blocks do not lie in their clusters as they follow each other in the file';
    context.findings.add('extent-cluster', `inode ${inode.number}`, message);
  }
  if (inode.flags & INODE_FLAGS.inlineData) {
    checkInlineSize(context, inode);
    return undefined;
  }
  if (inode.type === 'symlink') return checkSymlink(context, inode);
  checkSize(context, inode, usage);
  return undefined;
}

function checkBlockCount(context: CheckContext, inode: Inode, usage: FileUsage): void {
  const expected = usage.blockCount * context.superblock.blockSizeBytes;
  const { allocatedBytes, number } = inode;
  if (allocatedBytes === expected) return;
  const message = `it says that it takes ${allocatedBytes} bytes, its blocks have ${expected}`;
  context.findings.add('inode-blocks', `inode ${number}`, message);
}

function checkSize({ findings, superblock }: CheckContext, inode: Inode, usage: FileUsage): void {
  const { sizeBytes, type, flags, number } = inode;
  const { blockSizeBytes } = superblock;
  const expectSize = (good: boolean, ...expected: readonly (string | number)[]): void => {
    if (good) return;
    const message = `its size is ${sizeBytes} bytes, not ${expected.join(' ')}`;
    findings.add('inode-size', `inode ${number}`, message);
  };
  switch (type) {
    case 'file': {
      const mostBytes = largestFileBytes(inode, blockSizeBytes);
      expectSize(sizeBytes <= mostBytes, 'at most', mostBytes);
      // A last block that begins just where the file ends is no fault: mke2fs once made journals so.
      const leastBytes = Math.max(0, (usage.writtenEndBlock - 1) * blockSizeBytes);
      const holdsMore = (flags & INODE_FLAGS.verity) !== 0;
      expectSize(
        holdsMore || sizeBytes >= leastBytes || usage.writtenEndBlock === 0,
        'at least',
        leastBytes,
      );
      break;
    }
    case 'directory':
      expectSize(
        sizeBytes === usage.endBlock * blockSizeBytes,
        'the',
        usage.endBlock * blockSizeBytes,
        'of its blocks',
      );
      findings.expect(
        usage.writtenBlockCount === usage.endBlock && usage.endBlock > 0,
        'directory-hole',
        `inode ${number}`,
        'a block of the directory is missing, or was never written',
      );
      break;
    case 'character-device':
    case 'block-device':
    case 'fifo':
    case 'socket':
      expectSize(sizeBytes === 0, 0);
      checkSpecial(findings, inode);
      break;
    default:
      break;
  }
}

/** What extents or a block map reach; the last file block of extents cannot be used. */
function largestFileBytes({ flags }: Inode, blockSizeBytes: number): number {
  const blocks = flags & INODE_FLAGS.extents ? MAX_FILE_BLOCKS : blockMapReach(blockSizeBytes);
  return blocks * blockSizeBytes;
}

/** Inline data fill the block field, and go on in an attribute that has just what does not fit. */
function checkInlineSize({ findings }: CheckContext, inode: Inode): void {
  const { attributes, problems } = inodeAttributes(inode);
  // Problems of the attributes are reported with the fields.
  if (problems.length > 0) return;
  const { sizeBytes } = inode;
  const bad = (code: string, message: string): void => {
    findings.add(code, `inode ${inode.number}`, message);
  };
  const attribute = attributes.find(({ name }) => name === INLINE_ATTRIBUTE);
  if (!attribute) bad('inline-data', 'the attribute of its inline data is missing');
  const firstBytes = INODE.block.width;
  const restBytes = attribute?.value.length ?? 0;
  const isDirectory = inode.type === 'directory';
  const fills = sizeBytes === firstBytes + restBytes;
  if (isDirectory || sizeBytes > firstBytes ? !fills : restBytes > 0) {
    const message = `its size is ${sizeBytes} bytes, but ${firstBytes + restBytes} lie in the inode`;
    bad('inode-size', message);
  }
}

async function checkSymlink(context: CheckContext, inode: Inode): Promise<void> {
  const { findings, superblock, volume } = context;
  const where = `inode ${inode.number}`;
  const bad = (message: string): void => {
    findings.add('symlink', where, message);
  };
  let stored: Uint8Array | undefined;
  if (isFastSymlink(inode, superblock)) {
    stored = inode.block;
  } else {
    // The first block is found on the way down along the first branches.
    let nodes = 0;
    const enter = (): boolean => ++nodes <= MAX_EXTENT_DEPTH;
    for await (const surveyed of surveyFile(volume, inode, enter)) {
      if (surveyed.kind !== 'content' || surveyed.extent.fileBlock !== 0) continue;
      if (!surveyed.extent.written) continue;
      stored = await volume.readBlock(surveyed.extent.imageBlock, where);
      break;
    }
  }
  if (!stored) {
    bad('the symlink has no target');
    return;
  }
  if (isEncrypted(inode)) {
    try {
      encryptedTarget(stored.subarray(0, inode.sizeBytes), where);
    } catch {
      bad('its encrypted target is cut off');
    }
    return;
  }
  const end = stored.indexOf(0);
  if (end !== inode.sizeBytes || end <= 0) {
    bad(`the target ends after ${end} bytes, its size is ${inode.sizeBytes}`);
  }
}

/** Devices keep two numbers in the block field; FIFOs and sockets nothing. */
function checkSpecial(findings: Findings, inode: Inode): void {
  const where = `inode ${inode.number}`;
  const forbidden = INODE_FLAGS.extents | INODE_FLAGS.immutable | INODE_FLAGS.appendOnly;
  findings.expect(
    (inode.flags & forbidden) === 0,
    'inode-flags',
    where,
    `it has the flags 0x${inode.flags.toString(16)}, which only files and directories can have`,
  );
  const isDevice = inode.type === 'character-device' || inode.type === 'block-device';
  const used = isDevice ? DEVICE.wide.offset + DEVICE.wide.width : 0;
  findings.expect(
    isZero(inode.block.subarray(used)),
    'inode-block',
    where,
    'it has blocks, as only files, directories and symlinks can',
  );
}
