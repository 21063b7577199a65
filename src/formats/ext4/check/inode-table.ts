import { Buffer } from 'buffer';
import { parseInode } from '../reader/inode.js';
import type { Inode } from '../reader/inode.js';
import type { Ext4Superblock } from '../reader/superblock.js';
import type { CheckContext } from './context.js';
import { isUsable, readGroup } from './groups.js';

const CHUNK_BYTES = 1 << 18;
const ZEROS = Buffer.alloc(4096);

/**
 * Every inode of every table that is not all zeros, in use or not, in order; those that were read at once
 * together. Tables that were never written, and the never used end of others, are passed over.
 */
export async function* scanInodeTables(
  context: CheckContext,
): AsyncGenerator<Iterable<Inode>, void, undefined> {
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
      yield inodesIn(chunk, number * inodesPerGroup + first + 1, superblock);
    }
  }
}

function* inodesIn(
  chunk: Uint8Array,
  firstNumber: number,
  superblock: Ext4Superblock,
): Generator<Inode, void, undefined> {
  const { inodeSizeBytes } = superblock;
  for (let i = 0; i * inodeSizeBytes < chunk.length; i++) {
    const bytes = chunk.subarray(i * inodeSizeBytes, (i + 1) * inodeSizeBytes);
    if (!isZero(bytes)) yield parseInode(bytes, firstNumber + i, superblock);
  }
}

export function isZero(bytes: Uint8Array): boolean {
  if (bytes[0] !== 0) return bytes.length === 0;
  for (let at = 0; at < bytes.length; at += ZEROS.length) {
    const part = bytes.subarray(at, at + ZEROS.length);
    if (ZEROS.compare(part, 0, part.length, 0, part.length) !== 0) return false;
  }
  return true;
}
