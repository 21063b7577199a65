import { afterEach, describe, expect, it, vi } from 'vitest';
import { ZosiaError } from '../../../src/errors.js';
import { verifyExt4 } from '../../../src/formats/ext4/check/checker.js';
import {
  EXTENT,
  EXTENT_HEADER,
  EXTENT_HEADER_BYTES,
  EXTENT_MAGIC,
} from '../../../src/formats/ext4/layout/extent.js';
import { INODE, INODE_FLAGS } from '../../../src/formats/ext4/layout/inode.js';
import { bytesData } from '../../../src/formats/ext4/plan.js';
import type { Ext4Entry } from '../../../src/formats/ext4/plan.js';
import { mapBlocks } from '../../../src/formats/ext4/reader/file-map.js';
import { resolvePath } from '../../../src/formats/ext4/reader/path.js';
import { Volume } from '../../../src/formats/ext4/reader/volume.js';
import { writeFields } from '../../../src/formats/fields.js';
import { accessBytes } from '../../../src/image/random-access.js';
import { mapExt4 } from '../../../src/inspect/ext4/map.js';
import { ext4Tree } from '../../../src/inspect/ext4/tree.js';
import { openExt4Volume } from '../../../src/inspect/ext4/volume.js';
import { ext4Bytes } from '../../formats/ext4/reader/images.js';
import { listAll } from '../samples.js';

const BLOCK_BYTES = 1024;
const POINTERS_PER_BLOCK = BLOCK_BYTES / 4;
/** Of the 15 pointers of a block map: 12 blocks, then one, two and three levels of pointers. */
const LAST_POINTER = 14;
const DIRECTORY_COUNT = 100;

const open = (bytes: Uint8Array): Promise<Volume> => openExt4Volume(accessBytes(bytes), false);

/** The inode of a file, and the bytes of it in the image. */
async function inodeBytes(image: Uint8Array, path: string): Promise<Uint8Array> {
  const volume = await open(image);
  const { number } = await resolvePath(volume, path, false);
  const { inodesPerGroup, inodeSizeBytes, blockSizeBytes } = volume.superblock;
  const group = await volume.group(Math.floor((number - 1) / inodesPerGroup));
  const inTable = ((number - 1) % inodesPerGroup) * inodeSizeBytes;
  return image
    .subarray(group.inodeTableBlock * blockSizeBytes + inTable)
    .subarray(0, inodeSizeBytes);
}

async function imageBlocks(image: Uint8Array, path: string): Promise<number[]> {
  const volume = await open(image);
  const blocks: number[] = [];
  const inode = await resolvePath(volume, path, false);
  for await (const { imageBlock, blockCount } of mapBlocks(volume, inode)) {
    for (let i = 0; i < blockCount; i++) blocks.push(imageBlock + i);
  }
  return blocks;
}

const directory = (path: string): Ext4Entry => ({ type: 'directory', path });
const SPACE: Ext4Entry = {
  type: 'file',
  path: '/space',
  data: bytesData(Buffer.alloc(512 << 10, 1)),
};

/** Every directory has all blocks of a large file, which are empty blocks of a directory. */
async function manyDirectoriesOfTheSameBlocks(): Promise<Uint8Array> {
  const paths = Array.from({ length: DIRECTORY_COUNT }, (_, i) => `/d${i}`);
  const image = await ext4Bytes([SPACE, ...paths.map(directory)]);
  const blocks = await imageBlocks(image, '/space');
  for (const block of blocks) emptyDirectoryBlock(image, block);
  for (const path of paths) {
    const inode = await inodeBytes(image, path);
    const sizeLow = blocks.length * BLOCK_BYTES;
    writeFields(INODE, inode, 0, { flags: INODE_FLAGS.extents, sizeLow });
    const root = inode.subarray(INODE.block.offset);
    writeFields(EXTENT_HEADER, root, 0, { magic: EXTENT_MAGIC, entries: 1, max: 4, depth: 0 });
    writeFields(EXTENT, root, EXTENT_HEADER_BYTES, {
      block: 0,
      length: blocks.length,
      startHigh: 0,
      startLow: blocks[0]!,
    });
  }
  return image;
}

/** Three levels of pointers, all those of a block to the same block: 2^24 ways to one block. */
async function pointersToTheSameBlock(): Promise<Uint8Array> {
  const image = await ext4Bytes([SPACE, directory('/d')]);
  const [first, second, third, last] = await imageBlocks(image, '/space');
  const fill = (block: number, pointer: number): void => {
    const pointers = new DataView(image.buffer, image.byteOffset + block * BLOCK_BYTES);
    for (let i = 0; i < POINTERS_PER_BLOCK; i++) pointers.setUint32(4 * i, pointer, true);
  };
  fill(first!, second!);
  fill(second!, third!);
  fill(third!, last!);
  emptyDirectoryBlock(image, last!);
  const inode = await inodeBytes(image, '/d');
  writeFields(INODE, inode, 0, { flags: 0, sizeLow: 512 << 10, block: new Uint8Array(60) });
  const pointers = new DataView(inode.buffer, inode.byteOffset + INODE.block.offset);
  pointers.setUint32(4 * LAST_POINTER, first!, true);
  return image;
}

/** One unused entry fills the block. */
function emptyDirectoryBlock(image: Uint8Array, block: number): void {
  const bytes = image.subarray(block * BLOCK_BYTES, (block + 1) * BLOCK_BYTES).fill(0);
  new DataView(bytes.buffer, bytes.byteOffset).setUint16(4, BLOCK_BYTES, true);
}

function expectZosiaError(error: unknown): undefined {
  expect(error).toBeInstanceOf(ZosiaError);
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('an image that is forged to be slow to read', () => {
  it.each([
    ['directories of the same blocks', manyDirectoriesOfTheSameBlocks, 'directory-blocks'],
    ['pointers that all lead to the same block', pointersToTheSameBlock, 'block-shared'],
  ])('with %s is read in at most four steps per block', async (_what, forge, code) => {
    const image = await forge();
    const mostSteps = 4 * (image.length / BLOCK_BYTES);
    const steps = vi.spyOn(Volume.prototype, 'readBlock');
    const taken = async (use: () => Promise<unknown>): Promise<number> => {
      steps.mockClear();
      await use().catch(expectZosiaError);
      return steps.mock.calls.length;
    };
    const report = await verifyExt4(accessBytes(image), { maxProblems: 1e5 });
    expect(steps.mock.calls.length).toBeLessThan(mostSteps);
    expect(report.problems.map((problem) => problem.code)).toContain(code);
    expect(await taken(async () => mapExt4(await open(image)))).toBeLessThan(mostSteps);
    expect(await taken(async () => listAll(ext4Tree(await open(image))))).toBeLessThan(mostSteps);
  });
});
