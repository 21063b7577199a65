import { crc32c, crc32cWord } from '../crc32c.js';
import { directoryHash } from '../dirhash.js';
import type { DirectoryHash } from '../dirhash.js';
import { entryBytes, packLeaves, writeEntry, writeLeaf } from './directory.js';
import type { DirectoryBlocks, DirectoryName } from './directory.js';
import { writeFields } from '../../fields.js';
import {
  DIRECTORY_ENTRY,
  HASH_HALF_MD4,
  INDEX_ENTRY,
  INDEX_ENTRY_BYTES,
  INDEX_INFO_LENGTH,
  INDEX_NODE_TABLE_OFFSET,
  INDEX_ROOT,
  INDEX_ROOT_TABLE_OFFSET,
  INDEX_TABLE,
  INDEX_TAIL,
  INDEX_TAIL_BYTES,
} from '../layout/directory.js';
import { compareByteStrings } from '../../byte-string.js';

/** A directory with an index: its leaf blocks, and the hash each begins with. */
export interface HashTree {
  readonly leaves: readonly (readonly DirectoryName[])[];
  readonly leafHashes: readonly number[];
  /** Inner nodes between the root and the leaves; 0 when the root refers to the leaves. */
  readonly nodeCount: number;
}

/** The entries a directory begins with: itself, and the directory it lies in. */
export interface DotEntries {
  readonly dot: DirectoryName;
  readonly dotDot: DirectoryName;
}

/** A block and the lowest hash in it. */
interface IndexEntry {
  readonly hash: number;
  readonly block: number;
}

/** What the root of the tree refers to. */
interface RootTable {
  readonly entries: readonly IndexEntry[];
  /** Levels of inner nodes between the root and the leaves. */
  readonly indirectLevels: number;
}

/**
 * Sorts names by hash into leaves. Undefined when they are too many for the two levels that ext4
 * allows without large_dir: such a directory has to do without an index.
 */
export function planHashTree(
  names: readonly DirectoryName[],
  { blockSizeBytes, hashSeed }: { readonly blockSizeBytes: number; readonly hashSeed: Uint8Array },
): HashTree | undefined {
  const hashes = new Map(names.map((name) => [name, directoryHash(name.name, hashSeed)]));
  const sorted = [...names].sort((a, b) => {
    const order = compareHashes(hashes.get(a)!, hashes.get(b)!);
    return order === 0 ? compareByteStrings(a.name, b.name) : order;
  });
  const leaves = packLeaves(sorted, blockSizeBytes);
  const leafHashes = leaves.map((leaf, i) => {
    const { hash } = hashes.get(leaf[0]!)!;
    const before = leaves[i - 1]?.at(-1);
    // The lowest bit says that names with this hash begin in the leaf before.
    return before && hashes.get(before)!.hash === hash ? hash + 1 : hash;
  });
  const rootLimit = tableLimit(blockSizeBytes, INDEX_ROOT_TABLE_OFFSET);
  const nodeLimit = tableLimit(blockSizeBytes, INDEX_NODE_TABLE_OFFSET);
  const nodeCount = leaves.length <= rootLimit ? 0 : Math.ceil(leaves.length / nodeLimit);
  return nodeCount > rootLimit ? undefined : { leaves, leafHashes, nodeCount };
}

export function hashTreeBlockCount(tree: HashTree): number {
  return 1 + tree.nodeCount + tree.leaves.length;
}

/** The blocks of a directory with an index: root, inner nodes, leaves. */
export function hashTreeDirectory(
  tree: HashTree,
  dots: DotEntries,
  { blockSizeBytes, seed }: DirectoryBlocks,
): Uint8Array {
  const bytes = new Uint8Array(hashTreeBlockCount(tree) * blockSizeBytes);
  const block = (i: number): Uint8Array =>
    bytes.subarray(i * blockSizeBytes, (i + 1) * blockSizeBytes);
  const firstLeaf = 1 + tree.nodeCount;
  tree.leaves.forEach((names, i) => {
    writeLeaf(block(firstLeaf + i), names, seed);
  });
  let entries = tree.leafHashes.map((hash, i): IndexEntry => ({ hash, block: firstLeaf + i }));
  if (tree.nodeCount > 0) {
    const perNode = tableLimit(blockSizeBytes, INDEX_NODE_TABLE_OFFSET);
    const nodes: IndexEntry[] = [];
    for (let i = 0; i < tree.nodeCount; i++) {
      const children = entries.slice(i * perNode, (i + 1) * perNode);
      const node = block(1 + i);
      // To readers that know no index the node is a block with one unused entry.
      writeFields(DIRECTORY_ENTRY, node, 0, { recordLength: blockSizeBytes });
      writeTable(node, INDEX_NODE_TABLE_OFFSET, children, seed);
      nodes.push({ hash: children[0]!.hash, block: 1 + i });
    }
    entries = nodes;
  }
  writeRoot(block(0), dots, { entries, indirectLevels: tree.nodeCount > 0 ? 1 : 0 }, seed);
  return bytes;
}

function compareHashes(a: DirectoryHash, b: DirectoryHash): number {
  return a.hash === b.hash ? a.minor - b.minor : a.hash - b.hash;
}

/** Entries a table has room for before its checksum. */
function tableLimit(blockSizeBytes: number, tableOffset: number): number {
  return Math.floor((blockSizeBytes - tableOffset - INDEX_TAIL_BYTES) / INDEX_ENTRY_BYTES);
}

function writeRoot(
  root: Uint8Array,
  { dot, dotDot }: DotEntries,
  { entries, indirectLevels }: RootTable,
  seed: number,
): void {
  writeEntry(root, dot, { at: INDEX_ROOT.dot.offset, recordLength: entryBytes(dot.name) });
  const at = INDEX_ROOT.dotDot.offset;
  // To readers that know no index the rest of the block belongs to this entry.
  writeEntry(root, dotDot, { at, recordLength: root.length - at });
  writeFields(INDEX_ROOT, root, 0, {
    hashVersion: HASH_HALF_MD4,
    infoLength: INDEX_INFO_LENGTH,
    indirectLevels,
  });
  writeTable(root, INDEX_ROOT_TABLE_OFFSET, entries, seed);
}

function writeTable(
  block: Uint8Array,
  tableOffset: number,
  entries: readonly IndexEntry[],
  seed: number,
): void {
  const limit = tableLimit(block.length, tableOffset);
  const count = entries.length;
  entries.forEach((entry, i) => {
    writeFields(INDEX_ENTRY, block, tableOffset + i * INDEX_ENTRY_BYTES, entry);
  });
  // In the place of the first hash, which needs none: it is the lowest.
  writeFields(INDEX_TABLE, block, tableOffset, { limit, count });
  const used = block.subarray(0, tableOffset + count * INDEX_ENTRY_BYTES);
  const checksum = crc32cWord(crc32cWord(crc32c(seed, used), 0), 0);
  writeFields(INDEX_TAIL, block, tableOffset + limit * INDEX_ENTRY_BYTES, { checksum });
}
