import type { RandomAccess } from '../../../image/random-access.js';
import { WindowCache } from '../../../image/window-cache.js';
import { corrupt, refuseProblems } from './corrupt.js';
import {
  descriptorChecksumFindings,
  descriptorOffset,
  descriptorPlaceFindings,
  parseGroupDescriptor,
} from './group-descriptor.js';
import type { Ext4Group } from './group-descriptor.js';
import { inodeChecksumMatches, parseInode } from './inode.js';
import type { Inode } from './inode.js';
import type { Ext4Superblock } from './superblock.js';

/** Holds the inodes of 100,000 files: in the order of their names they lie everywhere in the tables. */
const CACHE_BYTES = 32 << 20;
/** As large as the largest block. */
const WINDOW_BYTES = 1 << 16;

/**
 * A file system's blocks and inodes, by number. Every number is checked against the bounds of the file
 * system; what was read last is kept, so that walking down the same directories and extent trees
 * again reads nothing.
 */
export class Volume {
  readonly #cache: WindowCache;
  readonly #blocksPerWindow: number;
  #lastGroup: Ext4Group | undefined;

  constructor(
    readonly source: RandomAccess,
    readonly superblock: Ext4Superblock,
    readonly verifyChecksums: boolean,
  ) {
    this.#cache = new WindowCache(source, WINDOW_BYTES, CACHE_BYTES);
    this.#blocksPerWindow = WINDOW_BYTES / superblock.blockSizeBytes;
  }

  /** Whether these blocks exist, and hold neither boot code nor the superblock. */
  contains(block: number, count = 1): boolean {
    const { firstDataBlock, blockCount } = this.superblock;
    return block > firstDataBlock && count > 0 && block + count <= blockCount;
  }

  /**
   * One block. The bytes are shared: they are not to be written to.
   *
   * @param where what the block was taken for, for the error
   * @throws ZosiaError `ZOSIA_EXT4_CORRUPT` when there is no such block
   */
  async readBlock(block: number, where: string): Promise<Uint8Array> {
    const { blockCount } = this.superblock;
    if (!Number.isInteger(block) || block < 0 || block >= blockCount) {
      throw corrupt(where, `block ${block} lies outside of the file system`);
    }
    return this.#inWindow(await this.#cache.window(this.#windowOf(block)), block);
  }

  #windowOf(block: number): number {
    return Math.floor(block / this.#blocksPerWindow);
  }

  #inWindow<T extends Uint8Array | undefined>(window: T, block: number): T | Uint8Array {
    const { blockSizeBytes } = this.superblock;
    const start = (block % this.#blocksPerWindow) * blockSizeBytes;
    return window && window.subarray(start, start + blockSizeBytes);
  }

  /** The block that holds the descriptor of a group, and where in it. */
  async readDescriptor(group: number): Promise<{ bytes: Uint8Array; base: number }> {
    const { blockSizeBytes } = this.superblock;
    const offset = descriptorOffset(this.superblock, group);
    const bytes = await this.readBlock(
      Math.floor(offset / blockSizeBytes),
      `descriptor of group ${group}`,
    );
    return { bytes, base: offset % blockSizeBytes };
  }

  /** @throws ZosiaError `ZOSIA_EXT4_CORRUPT` */
  async group(group: number): Promise<Ext4Group> {
    // Inodes are mostly asked for group by group.
    if (this.#lastGroup?.number === group) return this.#lastGroup;
    const { bytes, base } = await this.readDescriptor(group);
    const where = `descriptor of group ${group}`;
    if (this.verifyChecksums) {
      refuseProblems(where, descriptorChecksumFindings(bytes, base, group, this.superblock));
    }
    const parsed = parseGroupDescriptor(bytes, base, group, this.superblock);
    refuseProblems(where, descriptorPlaceFindings(parsed, this.superblock));
    this.#lastGroup = parsed;
    return parsed;
  }

  /**
   * An inode that is in use.
   *
   * @throws ZosiaError `ZOSIA_EXT4_CORRUPT` when there is no such inode, or nothing uses it
   */
  async inode(number: number): Promise<Inode> {
    return this.#checkedInode(await this.anyInode(number));
  }

  #checkedInode(inode: Inode): Inode {
    const bad = (message: string): Error => corrupt(`inode ${inode.number}`, message);
    if (inode.linkCount === 0 || inode.mode === 0) throw bad('it is not in use');
    if (!Number.isSafeInteger(inode.sizeBytes)) throw bad('its size is impossible');
    if (this.verifyChecksums && !inodeChecksumMatches(inode, this.superblock)) {
      throw bad('its checksum does not match its contents');
    }
    return inode;
  }

  /**
   * {@link inode} when its bytes are kept: undefined when they are to be read. Of a directory of many
   * files, nearly all are kept once the first is read.
   */
  keptInode(number: number): Inode | undefined {
    const { inodeCount, inodesPerGroup } = this.superblock;
    if (number < 1 || number > inodeCount) return undefined;
    const group = this.#lastGroup;
    if (group?.number !== Math.floor((number - 1) / inodesPerGroup)) return undefined;
    const { block, base } = this.#inodePlace(group, number);
    const bytes = this.#inWindow(this.#cache.keptWindow(this.#windowOf(block)), block);
    return bytes && this.#checkedInode(this.#parseInode(bytes, base, number));
  }

  /** An inode as it stands in the table, in use or not. @throws ZosiaError `ZOSIA_EXT4_CORRUPT` */
  async anyInode(number: number): Promise<Inode> {
    const { inodeCount, inodesPerGroup } = this.superblock;
    const where = `inode ${number}`;
    if (!Number.isInteger(number) || number < 1 || number > inodeCount) {
      throw corrupt(where, `there are only inodes 1 to ${inodeCount}`);
    }
    const group = await this.group(Math.floor((number - 1) / inodesPerGroup));
    const { block, base } = this.#inodePlace(group, number);
    return this.#parseInode(await this.readBlock(block, where), base, number);
  }

  #inodePlace({ inodeTableBlock }: Ext4Group, number: number): { block: number; base: number } {
    const { inodesPerGroup, inodeSizeBytes, blockSizeBytes } = this.superblock;
    const offset = ((number - 1) % inodesPerGroup) * inodeSizeBytes;
    const block = inodeTableBlock + Math.floor(offset / blockSizeBytes);
    return { block, base: offset % blockSizeBytes };
  }

  #parseInode(block: Uint8Array, base: number, number: number): Inode {
    const { superblock } = this;
    return parseInode(block.subarray(base, base + superblock.inodeSizeBytes), number, superblock);
  }
}
