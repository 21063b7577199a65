import { DEVICE, INODE_FLAGS } from '../layout/inode.js';
import { MAX_FILE_BLOCKS } from '../layout/extent.js';
import { BAD_BLOCKS_INODE } from '../layout/superblock.js';
import { INLINE_DIRECTORY } from '../layout/directory.js';
import { encryptedTarget, isEncrypted } from '../reader/encrypted.js';
import { blockMapReach } from '../reader/block-map.js';
import { hasBlocks, isFastSymlink } from '../reader/file-map.js';
import type { FileExtent } from '../reader/file-map.js';
import { inlineParts } from '../reader/inline-data.js';
import type { Inode } from '../reader/inode.js';
import { inodeAttributes } from '../reader/xattr.js';
import type { CheckContext } from './context.js';
import { surveyFile } from './file-survey.js';
import { isZero } from './inode-table.js';

/** What a file's blocks come to. */
interface Usage {
  /** Blocks of content, of the tree and of attributes; with bigalloc all those of their clusters. */
  blockCount: number;
  /** File block after the last one that is mapped; 0: none. */
  endBlock: number;
  /** The same of blocks that have been written. */
  writtenEndBlock: number;
  /** Blocks of content that have been written. */
  writtenBlockCount: number;
}

/**
 * Checks what an inode holds against its size and its count of blocks, and claims its blocks.
 *
 * @returns how many inodes hold values of its attributes
 */
export async function checkContent(context: CheckContext, inode: Inode): Promise<number> {
  const { superblock, attributeBlocks } = context;
  const { clusterBlockCount } = superblock;
  const usage: Usage = { blockCount: 0, endBlock: 0, writtenEndBlock: 0, writtenBlockCount: 0 };
  const { attributes } = inodeAttributes(inode);
  const inInode = await context.valueInodes.use(inode, attributes, `inode ${inode.number}`);
  usage.blockCount += inInode.blockCount;
  let valueInodeCount = inInode.inodeCount;
  if (inode.attributesBlock !== 0) {
    const inBlock = await attributeBlocks.use(inode);
    usage.blockCount += clusterBlockCount + inBlock.blockCount;
    valueInodeCount += inBlock.inodeCount;
    context.findings.expect(
      superblock.features.has('ext_attr'),
      'xattr-feature',
      `inode ${inode.number}`,
      'it has a block of extended attributes, the file system not the feature',
    );
  }
  if (hasBlocks(inode, superblock) || inode.number === BAD_BLOCKS_INODE) {
    await claimBlocks(context, inode, usage);
  }
  checkBlockCount(context, inode, usage);
  await checkSize(context, inode, usage);
  return valueInodeCount;
}

async function claimBlocks(context: CheckContext, inode: Inode, usage: Usage): Promise<void> {
  const { volume, findings, claims, treeBlocks } = context;
  const { number } = inode;
  const { clusterBlockCount } = context.superblock;
  const clusters = new ClusterCount(clusterBlockCount);
  const enter = (block: number): boolean => {
    const isNew = !treeBlocks.has(block);
    treeBlocks.add(block);
    return isNew;
  };
  for await (const surveyed of surveyFile(volume, inode, enter)) {
    switch (surveyed.kind) {
      case 'fault':
        findings.addFaults(`inode ${number}`, [surveyed.fault]);
        break;
      case 'tree':
        claims.add(surveyed.block, 1, number);
        usage.blockCount += clusterBlockCount;
        break;
      case 'content': {
        const { imageBlock, blockCount, fileBlock, written } = surveyed.extent;
        claims.add(imageBlock, blockCount, number);
        usage.blockCount += clusterBlockCount * clusters.add(surveyed.extent);
        usage.endBlock = fileBlock + blockCount;
        if (!written) break;
        usage.writtenBlockCount += blockCount;
        usage.writtenEndBlock = usage.endBlock;
      }
    }
  }
  findings.expect(
    clusters.isAligned,
    'extent-cluster',
    `inode ${number}`,
    'its blocks do not lie in their clusters as they follow each other in the file',
  );
}

/** Counts the clusters of a file's content, and checks that they hold what belongs together. */
class ClusterCount {
  #lastFileCluster = -1;
  #lastCluster = -1;
  isAligned = true;

  constructor(private readonly clusterBlockCount: number) {}

  /** Returns how many clusters the extent has that the one before had not. */
  add({ fileBlock, imageBlock, blockCount }: FileExtent): number {
    const ratio = this.clusterBlockCount;
    if (ratio === 1) return blockCount;
    const first = Math.floor(imageBlock / ratio);
    const last = Math.floor((imageBlock + blockCount - 1) / ratio);
    const fileCluster = Math.floor(fileBlock / ratio);
    const goesOn = fileCluster === this.#lastFileCluster;
    if (imageBlock % ratio !== fileBlock % ratio || (goesOn && first !== this.#lastCluster)) {
      this.isAligned = false;
    }
    this.#lastFileCluster = Math.floor((fileBlock + blockCount - 1) / ratio);
    const isCounted = first === this.#lastCluster;
    this.#lastCluster = last;
    return last - first + (isCounted ? 0 : 1);
  }
}

function checkBlockCount(context: CheckContext, inode: Inode, usage: Usage): void {
  const expected = usage.blockCount * context.superblock.blockSizeBytes;
  context.findings.expect(
    inode.allocatedBytes === expected,
    'inode-blocks',
    `inode ${inode.number}`,
    `it says that it takes ${inode.allocatedBytes} bytes, its blocks have ${expected}`,
  );
}

async function checkSize(context: CheckContext, inode: Inode, usage: Usage): Promise<void> {
  const { findings, superblock } = context;
  const { sizeBytes, type, flags, number } = inode;
  const where = `inode ${number}`;
  const { blockSizeBytes } = superblock;
  const expectSize = (good: boolean, expected: string): void => {
    findings.expect(good, 'inode-size', where, `its size is ${sizeBytes} bytes, not ${expected}`);
  };
  if (flags & INODE_FLAGS.inlineData) {
    checkInlineSize(context, inode);
    return;
  }
  switch (type) {
    case 'file': {
      const mostBytes = largestFileBytes(inode, blockSizeBytes);
      expectSize(sizeBytes <= mostBytes, `at most ${mostBytes}`);
      // A last block that begins just where the file ends is no fault: mke2fs once made journals so.
      const leastBytes = Math.max(0, (usage.writtenEndBlock - 1) * blockSizeBytes);
      const holdsMore = (flags & INODE_FLAGS.verity) !== 0;
      expectSize(
        holdsMore || sizeBytes >= leastBytes || usage.writtenEndBlock === 0,
        `at least ${leastBytes}`,
      );
      break;
    }
    case 'directory':
      expectSize(
        sizeBytes === usage.endBlock * blockSizeBytes,
        `the ${usage.endBlock * blockSizeBytes} of its blocks`,
      );
      findings.expect(
        usage.writtenBlockCount === usage.endBlock && usage.endBlock > 0,
        'directory-hole',
        where,
        'a block of the directory is missing, or was never written',
      );
      break;
    case 'symlink':
      await checkSymlink(context, inode);
      break;
    case 'character-device':
    case 'block-device':
    case 'fifo':
    case 'socket':
      expectSize(sizeBytes === 0, '0');
      checkSpecial(context, inode);
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
  const { attributes, faults } = inodeAttributes(inode);
  // Faults of the attributes are reported with the fields.
  if (faults.length > 0) return;
  const where = `inode ${inode.number}`;
  const hasAttribute = attributes.some(({ name }) => name === 'system.data');
  findings.expect(
    hasAttribute,
    'inline-data',
    where,
    'the attribute of its inline data is missing',
  );
  const { first, rest } = inlineParts(inode);
  const isDirectory = inode.type === 'directory';
  const good = isDirectory
    ? inode.sizeBytes === first.length + rest.length
    : inode.sizeBytes <= first.length
      ? rest.length === 0
      : inode.sizeBytes === first.length + rest.length;
  findings.expect(
    good,
    'inode-size',
    where,
    `its size is ${inode.sizeBytes} bytes, but ${first.length + rest.length} lie in the inode`,
  );
  findings.expect(
    !isDirectory || first.length > INLINE_DIRECTORY.parent.width,
    'inline-data',
    where,
    'it has no room for entries',
  );
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
    for await (const surveyed of surveyFile(volume, inode, () => true)) {
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
function checkSpecial({ findings }: CheckContext, inode: Inode): void {
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
