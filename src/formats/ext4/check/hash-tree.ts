import { crc32c, crc32cWord } from '../crc32c.js';
import { readNumber } from '../../fields.js';
import {
  DIRECTORY_ENTRY,
  HASH_SIP,
  INDEX_ENTRY,
  INDEX_ENTRY_BYTES,
  INDEX_INFO_LENGTH,
  INDEX_NODE_TABLE_OFFSET,
  INDEX_ROOT,
  INDEX_ROOT_TABLE_OFFSET,
  INDEX_TABLE,
  INDEX_TAIL,
  INDEX_TAIL_BYTES,
  MAX_INDIRECT_LEVELS,
} from '../layout/directory.js';
import { INODE_FLAGS } from '../layout/inode.js';
import { seedOf } from '../reader/inode.js';
import type { Inode } from '../reader/inode.js';
import type { CheckContext } from './context.js';
import { isKnownHashVersion } from './name-hash.js';

/** A block of a directory with a hash tree, and the hashes of the names in it. */
export interface HashTreeBlock {
  readonly imageBlock: number;
  /** Undefined in inner nodes and in leaves without names. */
  readonly hashes: { readonly lowest: number; readonly highest: number } | undefined;
}

/** What refers to a block: the hashes its names may have. */
interface Branch {
  readonly block: number;
  readonly lowest: number;
  readonly highest: number;
}

const MAX_HASH = 0xffff_ffff;

/** Whether a block looks like an inner node: one unused entry takes all of it, and a table follows. */
export function isIndexNode(bytes: Uint8Array): boolean {
  return (
    readNumber(DIRECTORY_ENTRY.inode, bytes) === 0 &&
    readNumber(DIRECTORY_ENTRY.recordLength, bytes) === bytes.length &&
    readNumber(INDEX_TABLE.limit, bytes, INDEX_NODE_TABLE_OFFSET) > 0
  );
}

/** Whether the entries of a directory hold the hashes of their names: it is encrypted and without case. */
export function hasStoredHashes({ flags }: Pick<Inode, 'flags'>): boolean {
  const both = INODE_FLAGS.encrypted | INODE_FLAGS.casefold;
  return (flags & both) === both;
}

/** The way in which the names of a directory are hashed, as block 0 says. */
export function hashVersionOf(root: Uint8Array): number {
  return readNumber(INDEX_ROOT.hashVersion, root);
}

/**
 * Checks that the tree of a directory leads to each of its blocks once, and that each has only names
 * that lie where their hashes say.
 */
export async function checkHashTree(
  context: CheckContext,
  inode: Inode,
  blocks: ReadonlyMap<number, HashTreeBlock>,
): Promise<void> {
  const { findings, superblock, volume } = context;
  const where = `hash tree of directory ${inode.number}`;
  const bad = (message: string): void => {
    findings.add('hash-tree', where, message);
  };
  const root = blocks.get(0);
  if (!root) {
    bad('it has no root');
    return;
  }
  const rootBytes = await volume.readBlock(root.imageBlock, where);
  const levels = readNumber(INDEX_ROOT.indirectLevels, rootBytes);
  const maxLevels = MAX_INDIRECT_LEVELS + (superblock.features.has('large_dir') ? 1 : 0);
  const isSound =
    readNumber(INDEX_ROOT.reserved, rootBytes) === 0 &&
    (hasStoredHashes(inode)
      ? hashVersionOf(rootBytes) === HASH_SIP
      : isKnownHashVersion(hashVersionOf(rootBytes))) &&
    readNumber(INDEX_ROOT.infoLength, rootBytes) === INDEX_INFO_LENGTH &&
    readNumber(INDEX_ROOT.unusedFlags, rootBytes) === 0 &&
    levels <= maxLevels;
  if (!isSound) {
    bad('its root is not as it should be');
    return;
  }

  const seen = new Set([0]);
  const whole: Branch = { block: 0, lowest: 0, highest: MAX_HASH };
  let level = readTable(context, inode, rootBytes, INDEX_ROOT_TABLE_OFFSET, whole, where);
  for (let depth = levels; depth >= 0; depth--) {
    const below: Branch[] = [];
    for (const branch of level) {
      const block = blocks.get(branch.block);
      if (!block || seen.has(branch.block)) {
        bad(block ? `it leads to block ${branch.block} twice` : `it has no block ${branch.block}`);
        continue;
      }
      seen.add(branch.block);
      if (depth === 0) {
        checkLeaf(branch, block, bad);
        continue;
      }
      const bytes = await volume.readBlock(block.imageBlock, where);
      if (!isIndexNode(bytes)) bad(`block ${branch.block} is no inner node`);
      else below.push(...readTable(context, inode, bytes, INDEX_NODE_TABLE_OFFSET, branch, where));
    }
    level = below;
  }
  if (seen.size < blocks.size) bad('it does not lead to all blocks of the directory');
}

function checkLeaf(
  branch: Branch,
  { hashes }: HashTreeBlock,
  bad: (message: string) => void,
): void {
  if (!hashes) return;
  if (hashes.lowest < branch.lowest || hashes.highest > branch.highest) {
    bad(`block ${branch.block} has names whose hashes belong elsewhere`);
  }
}

/** The entries of a root or an inner node. */
function readTable(
  context: CheckContext,
  inode: Inode,
  bytes: Uint8Array,
  tableOffset: number,
  parent: Branch,
  where: string,
): Branch[] {
  const { findings, superblock } = context;
  const bad = (message: string): void => {
    findings.add('hash-tree', where, `block ${parent.block} ${message}`);
  };
  const seed = seedOf(inode, superblock);
  const tailBytes = seed === undefined ? 0 : INDEX_TAIL_BYTES;
  const room = Math.floor((bytes.length - tableOffset - tailBytes) / INDEX_ENTRY_BYTES);
  const limit = readNumber(INDEX_TABLE.limit, bytes, tableOffset);
  const count = readNumber(INDEX_TABLE.count, bytes, tableOffset);
  if (limit !== room || count > limit || count === 0) {
    bad(`has ${count} of ${limit} entries, with room for ${room}`);
    return [];
  }
  if (seed !== undefined) checkTail(bytes, tableOffset, limit, count, seed, bad);
  const branches: Branch[] = [];
  let lowest = parent.lowest;
  for (let i = 0; i < count; i++) {
    const at = tableOffset + i * INDEX_ENTRY_BYTES;
    const next = at + INDEX_ENTRY_BYTES;
    const nextHash = i + 1 < count ? readNumber(INDEX_ENTRY.hash, bytes, next) : undefined;
    if (nextHash !== undefined && (nextHash < lowest || nextHash > parent.highest)) {
      bad('has hashes that are out of order');
      return branches;
    }
    const highest = nextHash === undefined ? parent.highest : lastHashBefore(nextHash);
    const block = readNumber(INDEX_ENTRY.block, bytes, at) & BLOCK_MASK;
    branches.push({ block, lowest, highest });
    lowest = nextHash === undefined ? lowest : (nextHash & ~1) >>> 0;
  }
  return branches;
}

/** The upper bits of a block's number are kept for how full it is. */
const BLOCK_MASK = 0x0fff_ffff;

/** The lowest bit of a hash says that names with it begin in the block before already. */
function lastHashBefore(hash: number): number {
  return hash % 2 === 1 ? hash - 1 : hash - 2;
}

/** Covers the entries in use, and the tail with a checksum of zero. */
function checkTail(
  bytes: Uint8Array,
  tableOffset: number,
  limit: number,
  count: number,
  seed: number,
  bad: (message: string) => void,
): void {
  const used = bytes.subarray(0, tableOffset + count * INDEX_ENTRY_BYTES);
  const tail = tableOffset + limit * INDEX_ENTRY_BYTES;
  const reserved = readNumber(INDEX_TAIL.reserved, bytes, tail);
  const checksum = crc32cWord(crc32cWord(crc32c(seed, used), reserved), 0);
  if (readNumber(INDEX_TAIL.checksum, bytes, tail) !== checksum) {
    bad('has a checksum that does not match its contents');
  }
}
