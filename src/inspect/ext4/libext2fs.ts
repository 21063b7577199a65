import type { Ext4Superblock } from '../../formats/ext4/reader/superblock.js';
import type { RandomAccess } from '../../image/random-access.js';
import { WindowCache } from '../../image/window-cache.js';

/** libext2fs, mounted on an image that it can only read. */
export interface Libext2fs {
  readonly constants: { readonly O_RDONLY: number; readonly O_NOFOLLOW: number };
  /** Names as UTF-8, whatever encoding is asked for. */
  readdir(path: string | Uint8Array): Promise<string[]>;
  open(path: string | Uint8Array, flags: string | number): Promise<Libext2fsFile>;
  /** Unlike the method of a file, this one can be waited for. */
  close(fd: number): Promise<void>;
  fstat(fd: number): Promise<{ readonly mode: number; readonly size: number }>;
  readlink(path: string | Uint8Array): Promise<string>;
}

/** An open file. */
export interface Libext2fsFile {
  readonly fd: number;
  /** `position` -1: where the last read ended. Only 32 bits of others count. */
  read(
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): Promise<{ bytesRead: number }>;
}

/**
 * The package's WebAssembly has a fixed memory of 16 MiB, of which 5 are taken from the start; the rest
 * holds, above all, bitmaps of all blocks and inodes and the descriptors. When it does not suffice the
 * module ends for good, so that this is asked before. In blocks of 4 KiB it comes to some 200 GiB.
 */
const MAX_STRUCTURE_BYTES = 9 << 20;

export function fitsLibext2fs(superblock: Ext4Superblock): boolean {
  const { blockCount, inodeCount, groupCount, descriptorSizeBytes } = superblock;
  const bitmapBytes = (blockCount + inodeCount) / 8;
  return bitmapBytes + groupCount * descriptorSizeBytes <= MAX_STRUCTURE_BYTES;
}

/** libext2fs reads block by block, and directories from end to end for each name. */
const WINDOW_BYTES = 1 << 16;
const CACHE_BYTES = 16 << 20;

/** Mounts an image in libext2fs, which reads from it as it goes and changes nothing. */
export async function withLibext2fs<T>(
  source: RandomAccess,
  use: (fileSystem: Libext2fs) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const { withMountedDisk } = await import('ext2fs');
  const cache = new WindowCache(source, WINDOW_BYTES, CACHE_BYTES);
  const disk = {
    async read(buffer: Uint8Array, bufferOffset: number, length: number, offset: number) {
      signal?.throwIfAborted();
      buffer.set(await cache.read(offset, length), bufferOffset);
    },
    // Unmounting writes the superblock back, which is not wanted.
    write: () => Promise.resolve(),
    discard: () => Promise.resolve(),
    flush: () => Promise.resolve(),
  };
  return withMountedDisk(disk, 0, ({ promises }) => use(promises));
}
