import { Buffer } from 'buffer';
import { readNumber } from '../../fields.js';
import { INLINE_DIRECTORY, MAX_NAME_BYTES } from '../layout/directory.js';
import { MIN_ENCRYPTED_NAME_BYTES } from '../layout/encryption.js';
import { INODE_FLAGS } from '../layout/inode.js';
import { toByteString } from '../../byte-string.js';
import type { ByteString } from '../../byte-string.js';
import { directoryTailMatches, fileTypeOfEntry, parseDirectoryBlock } from './directory-block.js';
import { encodeEncryptedName, isEncrypted } from './encrypted.js';
import { corrupt, refuseProblems } from './corrupt.js';
import { mapBlocks } from './file-map.js';
import { inlineParts } from './inline-data.js';
import { seedOf } from './inode.js';
import type { Ext4FileType, Inode } from './inode.js';
import { escapeName } from '../../escaped-name.js';
import type { Volume } from './volume.js';

/** A name in a directory. */
export interface Ext4DirectoryEntry {
  /** Printable: see `escapeName`. */
  readonly name: string;
  readonly nameBytes: Uint8Array;
  readonly inode: number;
  /** Undefined when the file system does not keep types in directories (no filetype feature). */
  readonly type: Ext4FileType | undefined;
}

/**
 * The entries of a directory in the order in which they lie there, without `.` and `..`. Directories
 * with a hash tree are read like others: their inner blocks look like unused entries. Encrypted names are
 * given as `encodeEncryptedName` shows them.
 *
 * @throws ZosiaError `ZOSIA_EXT4_CORRUPT`
 */
export async function* readDirectory(
  volume: Volume,
  inode: Inode,
): AsyncGenerator<Ext4DirectoryEntry, void, undefined> {
  for await (const entries of readDirectoryBlocks(volume, inode)) yield* entries;
}

/** The same, block by block, for whoever reads many. */
export async function* readDirectoryBlocks(
  volume: Volume,
  inode: Inode,
): AsyncGenerator<Iterable<Ext4DirectoryEntry>, void, undefined> {
  for await (const block of directoryBlocks(volume, inode)) yield entriesIn(volume, inode, block);
}

function* entriesIn(
  volume: Volume,
  inode: Inode,
  block: Uint8Array,
): Generator<Ext4DirectoryEntry, void, undefined> {
  const where = `directory ${inode.number}`;
  const { features, inodeCount } = volume.superblock;
  const { entries, hasTail, problems } = parseDirectoryBlock(block, features.has('metadata_csum'));
  const seed = seedOf(inode, volume.superblock);
  if (hasTail && volume.verifyChecksums && !directoryTailMatches(block, seed!)) {
    throw corrupt(where, 'the checksum of a block does not match its contents');
  }
  refuseProblems(where, problems);
  const isSealed = isEncrypted(inode);
  for (const { inode: number, name, fileType } of entries) {
    if (number === 0 || isDotOrDotDot(name)) continue;
    const printable = isSealed ? encodeEncryptedName(name) : escapeName(name);
    if (number > inodeCount) {
      throw corrupt(where, `the entry ${printable} leads to inode ${number}, which is none`);
    }
    const isPlain = name.length > 0 && !name.includes(SLASH) && !name.includes(0);
    if (isSealed ? name.length < MIN_ENCRYPTED_NAME_BYTES : !isPlain) {
      throw corrupt(where, `an entry has the name ${JSON.stringify(printable)}`);
    }
    yield {
      name: printable,
      nameBytes: isSealed ? Buffer.from(printable) : name.slice(),
      inode: number,
      type: features.has('filetype') ? fileTypeOfEntry(fileType) : undefined,
    };
  }
}

const SLASH = 0x2f;
const DOT = 0x2e;

/** Whether a name is `.` or `..`, which every directory has. */
export function isDotOrDotDot(name: Uint8Array): boolean {
  return name.length <= 2 && name.length > 0 && name.every((byte) => byte === DOT);
}

/** The inode that a name in a directory leads to; undefined when there is none. */
export async function findEntry(
  volume: Volume,
  directory: Inode,
  name: ByteString,
): Promise<number | undefined> {
  if (name.length > MAX_NAME_BYTES) return undefined;
  for await (const entries of readDirectoryBlocks(volume, directory)) {
    for (const entry of entries) if (toByteString(entry.nameBytes) === name) return entry.inode;
  }
  return undefined;
}

/** The parent, as `..` or the field in its place says. */
export async function readParent(volume: Volume, inode: Inode): Promise<number> {
  if (inode.flags & INODE_FLAGS.inlineData) {
    return readNumber(INLINE_DIRECTORY.parent, inode.block);
  }
  for await (const block of directoryBlocks(volume, inode)) {
    const { entries } = parseDirectoryBlock(block, false);
    const dotDot = entries.find(({ name }) => name.length === 2 && isDotOrDotDot(name));
    if (dotDot) return dotDot.inode;
    break;
  }
  throw corrupt(`directory ${inode.number}`, 'it has no entry ..');
}

/** The blocks of a directory that hold entries; with inline data, the two parts of that. */
async function* directoryBlocks(
  volume: Volume,
  inode: Inode,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (inode.flags & INODE_FLAGS.inlineData) {
    const { first, rest } = inlineParts(inode);
    yield first.subarray(INLINE_DIRECTORY.parent.width);
    if (rest.length > 0) yield rest;
    return;
  }
  const { blockSizeBytes } = volume.superblock;
  const endBlock = Math.ceil(inode.sizeBytes / blockSizeBytes);
  for await (const extent of mapBlocks(volume, inode, 0, endBlock)) {
    for (let i = 0; i < extent.blockCount; i++) {
      yield await volume.readBlock(extent.imageBlock + i, `directory ${inode.number}`);
    }
  }
}
