import { surveyFile } from '../../formats/ext4/check/file-survey.js';
import { RESIZE_INODE, ROOT_INODE } from '../../formats/ext4/layout/superblock.js';
import { readDirectory } from '../../formats/ext4/reader/directory.js';
import { corrupt, refuseProblems } from '../../formats/ext4/reader/corrupt.js';
import { hasBlocks, mostMappedBlocks } from '../../formats/ext4/reader/file-map.js';
import type { Inode } from '../../formats/ext4/reader/inode.js';
import type { Ext4Superblock } from '../../formats/ext4/reader/superblock.js';
import type { Volume } from '../../formats/ext4/reader/volume.js';
import { blockAttributes, inodeAttributes } from '../../formats/ext4/reader/xattr.js';
import { groupRegions } from './groups.js';
import { completeMap } from '../regions.js';
import type { FileRegion } from '../regions.js';

/**
 * What lies where in a file system: one region for each run of bytes, in order, from the first byte to
 * the last. A file with several names appears under the first of them.
 *
 * @throws ZosiaError `ZOSIA_EXT4_CORRUPT`
 */
export async function mapExt4(volume: Volume, signal?: AbortSignal): Promise<FileRegion[]> {
  const regions: FileRegion[] = await groupRegions(volume, signal);
  const files = new FileRegions(volume, regions);
  for (const [number, what] of hiddenInodes(volume)) {
    await files.add(await volume.anyInode(number), what, undefined);
  }
  const visited = new Set<number>([ROOT_INODE]);
  const pending = [{ path: '', inode: await volume.inode(ROOT_INODE) }];
  await files.add(pending[0]!.inode, 'directory', '/');
  // No two directories share a block, so that all of them together have no more than there are.
  let roomBytes = mostMappedBlocks(volume) * volume.superblock.blockSizeBytes;
  for (let next = pending.pop(); next; next = pending.pop()) {
    roomBytes -= next.inode.sizeBytes;
    if (roomBytes < 0) {
      const message = 'the directories are larger than the file system';
      throw corrupt(`directory ${next.inode.number}`, message);
    }
    for await (const { name, inode: number } of readDirectory(volume, next.inode)) {
      signal?.throwIfAborted();
      if (visited.has(number)) continue;
      visited.add(number);
      const inode = await volume.inode(number);
      const path = `${next.path}/${name}`;
      await files.add(inode, inode.type ?? 'file', path);
      if (inode.type === 'directory') pending.push({ path, inode });
    }
  }
  const { blockCount, blockSizeBytes } = volume.superblock;
  const all = [...regions, ...restsOfClusters(regions, volume.superblock)];
  return completeMap(all, blockCount * blockSizeBytes, 'free');
}

/** Inodes that have blocks, but no name. */
function hiddenInodes({ superblock }: Volume): [number, string][] {
  const { journal, features, orphanFileInode, quotaInodes } = superblock;
  const hidden: [number, string][] = [];
  if (journal?.inode) hidden.push([journal.inode, 'journal']);
  if (features.has('resize_inode')) hidden.push([RESIZE_INODE, 'reserved descriptors']);
  if (orphanFileInode !== 0) hidden.push([orphanFileInode, 'orphan file']);
  for (const inode of quotaInodes) if (inode !== 0) hidden.push([inode, 'quota']);
  return hidden;
}

/** @param fileBlock of a file's content: the block of the file that it begins with */
type AddRegion = (what: string, block: number, blockCount: number, fileBlock?: number) => void;

class FileRegions {
  readonly #attributeBlocks = new Set<number>();
  readonly #treeBlocks = new Set<number>();
  readonly #valueInodes = new Set<number>();

  constructor(
    private readonly volume: Volume,
    private readonly regions: FileRegion[],
  ) {}

  async add(inode: Inode, what: string, path: string | undefined): Promise<void> {
    const { blockSizeBytes } = this.volume.superblock;
    for (const { valueInode } of inodeAttributes(inode).attributes)
      await this.#addValue(valueInode);
    const region: AddRegion = (what, block, blockCount, fileBlock) => {
      const file =
        fileBlock === undefined
          ? undefined
          : { offset: fileBlock * blockSizeBytes, sizeBytes: inode.sizeBytes };
      const place = { offset: block * blockSizeBytes, length: blockCount * blockSizeBytes };
      this.regions.push({ ...place, what, path, file });
    };
    // Several inodes may share a block of attributes; it is mapped once.
    const { attributesBlock } = inode;
    if (attributesBlock !== 0 && !this.#attributeBlocks.has(attributesBlock)) {
      this.#attributeBlocks.add(attributesBlock);
      region('attributes', attributesBlock, 1);
      const bytes = await this.volume.readBlock(
        attributesBlock,
        `attributes of inode ${inode.number}`,
      );
      for (const { valueInode } of blockAttributes(bytes).attributes)
        await this.#addValue(valueInode);
    }
    await this.#addContent(inode, what, path, region);
  }

  /** The inode that holds the value of an attribute, which several may share; 0: none. */
  async #addValue(number: number): Promise<void> {
    if (number === 0 || this.#valueInodes.has(number)) return;
    this.#valueInodes.add(number);
    await this.add(await this.volume.inode(number), 'attribute value', undefined);
  }

  async #addContent(
    inode: Inode,
    what: string,
    path: string | undefined,
    region: AddRegion,
  ): Promise<void> {
    if (!hasBlocks(inode, this.volume.superblock)) return;
    const enter = (block: number): boolean => {
      const isNew = !this.#treeBlocks.has(block);
      this.#treeBlocks.add(block);
      return isNew;
    };
    for await (const surveyed of surveyFile(this.volume, inode, enter)) {
      if (surveyed.kind === 'problem') refuseProblems(`inode ${inode.number}`, [surveyed.problem]);
      else if (surveyed.kind === 'tree') region(treeOf(what, path), surveyed.block, 1);
      else {
        const { imageBlock, blockCount, fileBlock } = surveyed.extent;
        region(what, imageBlock, blockCount, fileBlock);
      }
    }
  }
}

/** What is left of clusters of which a part is in use (bigalloc): it is not free. */
function restsOfClusters(
  regions: readonly FileRegion[],
  { blockCount, blockSizeBytes, clusterBlockCount }: Ext4Superblock,
): FileRegion[] {
  if (clusterBlockCount === 1) return [];
  const clusterBytes = clusterBlockCount * blockSizeBytes;
  const down = (offset: number): number => Math.floor(offset / clusterBytes) * clusterBytes;
  const endBytes = blockCount * blockSizeBytes;
  const ordered = [...regions].sort((a, b) => a.offset - b.offset);
  const rests: FileRegion[] = [];
  let mappedTo = 0;
  const add = (offset: number, end: number): void => {
    if (end > offset) rests.push({ offset, length: end - offset, what: 'rest of a cluster' });
  };
  const upTo = (offset: number): number =>
    Math.min(endBytes, Math.max(mappedTo, down(mappedTo + clusterBytes - 1)), offset);
  for (const { offset, length } of ordered) {
    const tail = upTo(offset);
    add(mappedTo, tail);
    add(Math.max(tail, down(offset)), offset);
    mappedTo = Math.max(mappedTo, offset + length);
  }
  add(mappedTo, upTo(endBytes));
  return rests;
}

/** Blocks of extents or pointers; in what has no name they are part of the structure. */
function treeOf(what: string, path: string | undefined): string {
  return path === undefined ? what : `${what} block map`;
}
