import { crc32c } from '../crc32c.js';
import { readNumber } from '../../fields.js';
import {
  EXTENT,
  EXTENT_ENTRY_BYTES,
  EXTENT_HEADER,
  EXTENT_HEADER_BYTES,
  EXTENT_INDEX,
  EXTENT_MAGIC,
  EXTENT_TAIL,
  EXTENT_TAIL_BYTES,
  MAX_EXTENT_BLOCKS,
  MAX_EXTENT_DEPTH,
} from '../layout/extent.js';
import { finding } from '../../findings.js';
import type { LocalFinding } from '../../findings.js';
import type { Volume } from './volume.js';

/** File blocks in a row that lie in a row in the image. */
export interface FileExtent {
  readonly fileBlock: number;
  readonly imageBlock: number;
  readonly blockCount: number;
  /** False when the blocks are set aside but read as zeros. */
  readonly written: boolean;
}

/** An entry of an inner node: the node below, and the file blocks it may cover. */
export interface ExtentBranch {
  readonly fileBlock: number;
  readonly endBlock: number;
  readonly nodeBlock: number;
}

export interface ExtentNode {
  readonly depth: number;
  /** In a leaf. */
  readonly extents: readonly FileExtent[];
  /** In an inner node. */
  readonly branches: readonly ExtentBranch[];
  readonly problems: readonly LocalFinding[];
}

/** What a node's parent says about it. */
export interface ExtentNodeContext {
  /** Undefined for the root. */
  readonly depth: number | undefined;
  /** The file blocks it may cover: from, up to but not including. */
  readonly fileBlock: number;
  readonly endBlock: number;
  /** The inode's checksum seed; undefined without metadata_csum, and for the root. */
  readonly seed: number | undefined;
}

/**
 * Parses the root (the 60 bytes in the inode) or a node in a block of its own. Entries that are not
 * sound are left out, so what remains lies inside of the file system, in order and without overlap.
 */
export function parseExtentNode(
  bytes: Uint8Array,
  context: ExtentNodeContext,
  volume: Volume,
): ExtentNode {
  const isRoot = context.depth === undefined;
  const problems: LocalFinding[] = [];
  const max = readNumber(EXTENT_HEADER.max, bytes);
  const count = readNumber(EXTENT_HEADER.entries, bytes);
  const depth = readNumber(EXTENT_HEADER.depth, bytes);
  const room = Math.floor((bytes.length - EXTENT_HEADER_BYTES) / EXTENT_ENTRY_BYTES);
  const broken = (code: string, message: string): ExtentNode => ({
    depth: 0,
    extents: [],
    branches: [],
    problems: [finding(code, message)],
  });
  if (readNumber(EXTENT_HEADER.magic, bytes) !== EXTENT_MAGIC) {
    return broken('extent-magic', 'a node of the extent tree has no magic number');
  }
  if (max > room || max === 0 || count > max) {
    return broken('extent-count', `an extent tree node says ${count} of ${max} entries are in use`);
  }
  if (isRoot ? depth > MAX_EXTENT_DEPTH : depth !== context.depth) {
    return broken('extent-depth', `an extent tree node says that its depth is ${depth}`);
  }
  if (!isRoot && count === 0) return broken('extent-empty', 'an extent tree node has no entries');
  if (context.seed !== undefined) {
    const tail = EXTENT_HEADER_BYTES + max * EXTENT_ENTRY_BYTES;
    const fits = tail + EXTENT_TAIL_BYTES <= bytes.length;
    if (!fits) return broken('extent-count', `an extent tree node has no room for ${max} entries`);
    const stored = readNumber(EXTENT_TAIL.checksum, bytes, tail);
    if (stored !== crc32c(context.seed, bytes.subarray(0, tail))) {
      problems.push(
        finding('extent-checksum', 'the checksum of an extent tree node does not match'),
      );
    }
  }
  const places = Array.from(
    { length: count },
    (_, i) => EXTENT_HEADER_BYTES + i * EXTENT_ENTRY_BYTES,
  );
  if (depth === 0) {
    return {
      depth,
      extents: parseLeaf(bytes, places, context, volume, problems),
      branches: [],
      problems,
    };
  }
  return {
    depth,
    extents: [],
    branches: parseInner(bytes, places, context, volume, problems),
    problems,
  };
}

function parseLeaf(
  bytes: Uint8Array,
  places: readonly number[],
  context: ExtentNodeContext,
  volume: Volume,
  problems: LocalFinding[],
): FileExtent[] {
  const extents: FileExtent[] = [];
  let next = context.fileBlock;
  for (const at of places) {
    const fileBlock = readNumber(EXTENT.block, bytes, at);
    const length = readNumber(EXTENT.length, bytes, at);
    const imageBlock =
      readNumber(EXTENT.startLow, bytes, at) + readNumber(EXTENT.startHigh, bytes, at) * 2 ** 32;
    const written = length <= MAX_EXTENT_BLOCKS;
    const blockCount = written ? length : length - MAX_EXTENT_BLOCKS;
    if (fileBlock < next || fileBlock + blockCount > context.endBlock) {
      problems.push(
        finding('extent-order', `the extent of file block ${fileBlock} is out of order or range`),
      );
    } else if (!volume.contains(imageBlock, blockCount)) {
      problems.push(
        finding(
          'extent-place',
          `the ${blockCount} blocks from ${imageBlock} lie outside of the file system`,
        ),
      );
    } else {
      extents.push({ fileBlock, imageBlock, blockCount, written });
      next = fileBlock + blockCount;
    }
  }
  return extents;
}

function parseInner(
  bytes: Uint8Array,
  places: readonly number[],
  context: ExtentNodeContext,
  volume: Volume,
  problems: LocalFinding[],
): ExtentBranch[] {
  const starts = places.map((at) => readNumber(EXTENT_INDEX.block, bytes, at));
  const branches: ExtentBranch[] = [];
  for (const [i, at] of places.entries()) {
    const fileBlock = starts[i]!;
    const endBlock = starts[i + 1] ?? context.endBlock;
    const nodeBlock =
      readNumber(EXTENT_INDEX.leafLow, bytes, at) +
      readNumber(EXTENT_INDEX.leafHigh, bytes, at) * 2 ** 32;
    const inRange = fileBlock >= context.fileBlock && endBlock <= context.endBlock;
    if (!inRange || fileBlock >= endBlock) {
      problems.push(
        finding(
          'extent-order',
          `the extent node of file block ${fileBlock} is out of order or range`,
        ),
      );
    } else if (!volume.contains(nodeBlock)) {
      problems.push(
        finding('extent-place', `the extent node at ${nodeBlock} lies outside of the file system`),
      );
    } else {
      branches.push({ fileBlock, endBlock, nodeBlock });
    }
  }
  return branches;
}
