import type { RandomAccess } from '../../../image/random-access.js';
import { readNumber } from '../../fields.js';
import {
  QUOTA_BLOCK_BYTES,
  QUOTA_ENTRY,
  QUOTA_ENTRY_BYTES,
  QUOTA_HEADER,
  QUOTA_LEAF_BYTES,
  QUOTA_ROOT_BLOCK,
  QUOTA_TREE_DEPTH,
  QUOTA_VERSION,
} from '../layout/quota.js';
import { isZero } from './inode-table.js';
import type { QuotaUsage } from './quota-totals.js';

/**
 * Reads what a quota file says of usage, by identifier. No block is read twice, so that no tree is endless.
 *
 * @returns undefined when the file is none of quotas, or its tree is damaged
 */
export async function readQuotaFile(
  file: RandomAccess,
  magic: number,
): Promise<Map<number, QuotaUsage> | undefined> {
  const blockCount = Math.floor(file.sizeBytes / QUOTA_BLOCK_BYTES);
  const visited = new Set<number>();
  const read = async (block: number): Promise<Uint8Array | undefined> => {
    if (block >= blockCount || visited.has(block)) return undefined;
    visited.add(block);
    return file.read(block * QUOTA_BLOCK_BYTES, QUOTA_BLOCK_BYTES);
  };
  const header = await read(0);
  const isQuotas = header && readNumber(QUOTA_HEADER.magic, header) === magic;
  if (!isQuotas || readNumber(QUOTA_HEADER.version, header) > QUOTA_VERSION) return undefined;

  const usage = new Map<number, QuotaUsage>();
  /** Blocks of entries that several identifiers share. */
  const leaves = new Set<number>();
  let level: readonly number[] = [QUOTA_ROOT_BLOCK];
  for (let depth = 0; depth < QUOTA_TREE_DEPTH; depth++) {
    const below: number[] = [];
    for (const number of level) {
      const block = await read(number);
      if (!block) return undefined;
      const view = new DataView(block.buffer, block.byteOffset, block.length);
      for (let at = 0; at < QUOTA_BLOCK_BYTES; at += 4) {
        const child = view.getUint32(at, true);
        if (child === 0) continue;
        if (depth < QUOTA_TREE_DEPTH - 1) below.push(child);
        else leaves.add(child);
      }
    }
    level = below;
  }
  for (const number of leaves) {
    const block = await read(number);
    if (!block) return undefined;
    readEntries(block, usage);
  }
  return usage;
}

function readEntries(block: Uint8Array, usage: Map<number, QuotaUsage>): void {
  const end = QUOTA_BLOCK_BYTES - QUOTA_ENTRY_BYTES;
  for (let at = QUOTA_LEAF_BYTES; at <= end; at += QUOTA_ENTRY_BYTES) {
    const entry = block.subarray(at, at + QUOTA_ENTRY_BYTES);
    if (isZero(entry)) continue;
    const { id, inodesLow, inodesHigh, bytesLow, bytesHigh } = QUOTA_ENTRY;
    usage.set(readNumber(id, entry), {
      inodes: readNumber(inodesLow, entry) + readNumber(inodesHigh, entry) * 2 ** 32,
      bytes: readNumber(bytesLow, entry) + readNumber(bytesHigh, entry) * 2 ** 32,
    });
  }
}
