import { parseInode } from '../reader/inode.js';
import type { Inode } from '../reader/inode.js';
import type { CheckContext } from './context.js';
import { isUsable, readGroup } from './groups.js';

const CHUNK_BYTES = 1 << 18;
const ZEROS = Buffer.alloc(4096);

/**
 * Every inode of every table that is not all zeros, in use or not, in order. Tables that were never
 * written, and the never used end of others, are passed over.
 */
export async function* scanInodeTables(
  context: CheckContext,
): AsyncGenerator<Inode, void, undefined> {
  const { superblock, volume } = context;
  const { inodeSizeBytes, inodesPerGroup, groupCount, blockSizeBytes } = superblock;
  const inodesPerChunk = Math.max(1, CHUNK_BYTES / inodeSizeBytes);
  for (let number = 0; number < groupCount; number++) {
    context.signal?.throwIfAborted();
    const group = await readGroup(context, number);
    if (group.inodesUninitialised || !isUsable(context, group)) continue;
    const written = Math.max(0, inodesPerGroup - group.unusedInodeCount);
    for (let first = 0; first < written; first += inodesPerChunk) {
      const count = Math.min(inodesPerChunk, written - first);
      const offset = group.inodeTableBlock * blockSizeBytes + first * inodeSizeBytes;
      const chunk = await volume.source.read(offset, count * inodeSizeBytes);
      for (let i = 0; i < count; i++) {
        const bytes = chunk.subarray(i * inodeSizeBytes, (i + 1) * inodeSizeBytes);
        if (isZero(bytes)) continue;
        yield parseInode(bytes, number * inodesPerGroup + first + i + 1, superblock);
      }
    }
  }
}

export function isZero(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at += ZEROS.length) {
    const part = bytes.subarray(at, at + ZEROS.length);
    if (ZEROS.compare(part, 0, part.length, 0, part.length) !== 0) return false;
  }
  return true;
}
