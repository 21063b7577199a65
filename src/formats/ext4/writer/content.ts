import { ZosiaError } from '../../../errors.js';
import type { Image } from '../../../image/image.js';
import { linearDirectory, packLeaves } from './directory.js';
import type { DirectoryName } from './directory.js';
import { writeFields } from '../../fields.js';
import { FILE_TYPES } from '../file-type.js';
import { hashTreeBlockCount, hashTreeDirectory, planHashTree } from './htree.js';
import { MAX_FILE_BLOCKS } from '../layout/extent.js';
import { DEVICE, INODE, INODE_FLAGS } from '../layout/inode.js';
import { ROOT_INODE } from '../layout/superblock.js';
import { byteStringBytes } from '../../byte-string.js';
import { dataRuns, solidRun } from './runs.js';
import type { FileRun } from './runs.js';
import { sortedChildren } from './tree.js';
import type { DirectoryContent, TreeInode } from './tree.js';

/** What an inode holds, before it is known where it will lie. */
export interface ContentPlan {
  readonly sizeBytes: number;
  readonly flags: number;
  /** Blocks to allocate, by file block. */
  readonly runs: readonly FileRun[];
  /** What stands in the inode instead of an extent tree. */
  readonly inline?: Uint8Array | undefined;
  /** Bytes the planner writes itself, given the inode's checksum seed; zeros up to the last run. */
  readonly build?: ((seed: number) => Uint8Array) | undefined;
  /** Blocks that come from elsewhere. */
  readonly data?: Image | undefined;
}

export interface ContentOptions {
  readonly blockSizeBytes: number;
  readonly hashSeed: Uint8Array;
}

/** A larger directory gets an index: a hash tree. */
const MAX_LINEAR_BLOCKS = 2;

const EMPTY: ContentPlan = { sizeBytes: 0, flags: 0, runs: [] };

/**
 * Decides how an inode's content is stored.
 *
 * @throws ZosiaError `ZOSIA_EXT4_FILE_TOO_LARGE`, `ZOSIA_EXT4_BAD_SYMLINK`, `ZOSIA_EXT4_BAD_DEVICE`
 */
export function planContent(inode: TreeInode, options: ContentOptions): ContentPlan {
  const { blockSizeBytes } = options;
  const { content, path } = inode;
  switch (content.type) {
    case 'file':
      return planFile(content.data, path, blockSizeBytes);
    case 'directory':
      return planDirectory(inode, content, options);
    case 'symlink':
      return planSymlink(byteStringBytes(content.target), path, blockSizeBytes);
    case 'character-device':
    case 'block-device':
      return { ...EMPTY, inline: deviceNumbers(content.major, content.minor, path) };
    case 'fifo':
    case 'socket':
      return { ...EMPTY, inline: new Uint8Array(0) };
  }
}

function planFile(data: Image, path: string, blockSizeBytes: number): ContentPlan {
  if (Math.ceil(data.sizeBytes / blockSizeBytes) > MAX_FILE_BLOCKS) {
    throw new ZosiaError(
      'ZOSIA_EXT4_FILE_TOO_LARGE',
      `${path} has ${data.sizeBytes} bytes, more than ext4 holds in blocks of ${blockSizeBytes}`,
      { hint: `The largest file has ${MAX_FILE_BLOCKS * blockSizeBytes} bytes.` },
    );
  }
  const runs = dataRuns(data, blockSizeBytes);
  return { sizeBytes: data.sizeBytes, flags: INODE_FLAGS.extents, runs, data };
}

function planDirectory(
  inode: TreeInode,
  content: DirectoryContent,
  options: ContentOptions,
): ContentPlan {
  const { blockSizeBytes } = options;
  const names = sortedChildren(content).map(([name, child]): DirectoryName => ({
    name,
    inode: child.number,
    fileType: FILE_TYPES[child.content.type].directoryNumber,
  }));
  const fileType = FILE_TYPES.directory.directoryNumber;
  const dot: DirectoryName = { name: '.', inode: inode.number, fileType };
  // The root directory is its own parent.
  const dotDot = { name: '..', inode: content.parent?.number ?? ROOT_INODE, fileType };
  const leaves = packLeaves([dot, dotDot, ...names], blockSizeBytes);
  const tree = leaves.length > MAX_LINEAR_BLOCKS ? planHashTree(names, options) : undefined;
  if (tree) {
    const blockCount = hashTreeBlockCount(tree);
    return {
      sizeBytes: blockCount * blockSizeBytes,
      flags: INODE_FLAGS.extents | INODE_FLAGS.index,
      runs: solidRun(blockCount),
      build: (seed) => hashTreeDirectory(tree, { dot, dotDot }, { blockSizeBytes, seed }),
    };
  }
  return {
    sizeBytes: leaves.length * blockSizeBytes,
    flags: INODE_FLAGS.extents,
    runs: solidRun(leaves.length),
    build: (seed) => linearDirectory(leaves, { blockSizeBytes, seed }),
  };
}

/** A target shorter than the block field lies in it (a "fast" symlink); else it takes a block. */
function planSymlink(target: Uint8Array, path: string, blockSizeBytes: number): ContentPlan {
  if (target.length === 0 || target.length >= blockSizeBytes || target.includes(0)) {
    throw new ZosiaError(
      'ZOSIA_EXT4_BAD_SYMLINK',
      `the symlink ${path} has a target of ${target.length} bytes`,
      { hint: `A target has 1 to ${blockSizeBytes - 1} bytes, none of them NUL.` },
    );
  }
  const sizeBytes = target.length;
  if (sizeBytes < INODE.block.width) return { ...EMPTY, sizeBytes, inline: target };
  const block = new Uint8Array(blockSizeBytes);
  block.set(target);
  return { sizeBytes, flags: INODE_FLAGS.extents, runs: solidRun(1), build: () => block };
}

/**
 * Device numbers as Linux keeps them: 8 bits each where that suffices, else 12 and 20 bits in the
 * word after (kernel include/linux/kdev_t.h, "old_encode_dev" and "new_encode_dev").
 */
function deviceNumbers(major: number, minor: number, path: string): Uint8Array {
  const whole = Number.isInteger(major) && Number.isInteger(minor);
  if (!whole || major < 0 || minor < 0 || major > 0xfff || minor > 0xf_ffff) {
    throw new ZosiaError('ZOSIA_EXT4_BAD_DEVICE', `${path} is no device ${major}:${minor}`, {
      hint: 'Major numbers go from 0 to 4095, minor ones to 1,048,575.',
    });
  }
  const block = new Uint8Array(8);
  if (major < 256 && minor < 256) {
    writeFields(DEVICE, block, 0, { old: (major << 8) | minor });
  } else {
    const upperMinor = minor & ~0xff;
    const encoded = (minor & 0xff) | (major << 8) | (upperMinor << 12);
    writeFields(DEVICE, block, 0, { wide: encoded >>> 0 });
  }
  return block;
}
