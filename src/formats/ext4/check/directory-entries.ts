import { isUtf8, toByteString } from '../../byte-string.js';
import { readNumber } from '../../fields.js';
import { FILE_TYPES } from '../file-type.js';
import {
  DIRECTORY_ENTRY_HASHES,
  DIRECTORY_ENTRY_HASHES_BYTES,
  DIRECTORY_ENTRY_HEADER_BYTES,
} from '../layout/directory.js';
import { MIN_ENCRYPTED_NAME_BYTES } from '../layout/encryption.js';
import { INODE_FLAGS } from '../layout/inode.js';
import { ROOT_INODE } from '../layout/superblock.js';
import {
  directoryTailMatches,
  hasDirectoryTail,
  parseDirectoryBlock,
} from '../reader/directory-block.js';
import type { RawEntry } from '../reader/directory-block.js';
import { isDotOrDotDot } from '../reader/directory.js';
import { encodeEncryptedName, isEncrypted } from '../reader/encrypted.js';
import type { Inode } from '../reader/inode.js';
import { escapeName } from '../../escaped-name.js';
import type { CheckContext } from './context.js';
import { checkPolicy } from './encryption.js';
import { hasStoredHashes, isIndexNode } from './hash-tree.js';
import type { HashTreeBlock } from './hash-tree.js';
import type { DirectoryRecord } from './inode-records.js';
import { foldName, nameHash } from './name-hash.js';

const SLASH = 0x2f;

/** The names of one directory, to notice those that appear twice. */
export class DirectoryNames {
  readonly #names = new Set<string>();
  readonly #isCasefolded: boolean;

  constructor({ flags }: Inode) {
    this.#isCasefolded = (flags & INODE_FLAGS.casefold) !== 0 && !isEncrypted({ flags });
  }

  /** False when the name was there already. */
  add(name: Uint8Array): boolean {
    const key = toByteString((this.#isCasefolded ? foldName(name) : undefined) ?? name);
    if (this.#names.has(key)) return false;
    this.#names.add(key);
    return true;
  }
}

/** A block of a directory to be checked. */
export interface CheckedBlock {
  /** Which block of the directory it is. */
  readonly number: number;
  readonly bytes: Uint8Array;
  /** The inode's checksum seed; undefined where blocks have no checksums. */
  readonly seed: number | undefined;
  /** In a directory with a hash tree, how names are hashed. */
  readonly hashVersion: number | undefined;
  /** INODE_FLAGS of the directory. */
  readonly flags: number;
}

/** Checks the entries of a block. Returns how far the hashes of its names reach, if there are any. */
export function checkDirectoryBlock(
  context: CheckContext,
  directory: DirectoryRecord,
  block: CheckedBlock,
  names: DirectoryNames,
): HashTreeBlock['hashes'] {
  const { findings } = context;
  const { number, bytes, seed, hashVersion } = block;
  const where = `directory ${directory.number}, block ${number}`;
  const isInner = hashVersion !== undefined && (number === 0 || isIndexNode(bytes));
  const { entries, problems } = parseDirectoryBlock(bytes, seed !== undefined && !isInner);
  findings.addAll(where, problems);
  if (seed !== undefined && !isInner) checkTail(context, where, bytes, seed);
  let hashes: HashTreeBlock['hashes'];
  entries.forEach((entry, i) => {
    if (number === 0 && i < 2) {
      checkDots(context, directory, entry, i, bytes, where);
      return;
    }
    if (entry.inode === 0) return;
    checkEntry(context, directory, entry, { where, flags: block.flags });
    if (!names.add(entry.name)) {
      findings.add('entry-duplicate', where, `it has ${printableName(entry, block)} twice`);
    }
    if (hashVersion === undefined) return;
    const hash = hashOf(context, block, entry);
    if (hash === undefined) return;
    hashes = {
      lowest: Math.min(hash, hashes?.lowest ?? hash),
      highest: Math.max(hash, hashes?.highest ?? hash),
    };
  });
  if (number === 0 && entries.length < 2) {
    findings.add('directory-dot-dot', where, 'it does not begin with the entries . and ..');
  }
  return hashes;
}

/** Made only for what is wrong: most entries are not. */
function printableName({ name }: RawEntry, directory: Pick<Inode, 'flags'>): string {
  return isEncrypted(directory) ? encodeEncryptedName(name) : escapeName(name);
}

/** The hash by which an entry lies where it does; undefined when it cannot be told. */
function hashOf(
  context: CheckContext,
  { bytes, flags, hashVersion }: CheckedBlock,
  { name, offset, recordLength }: RawEntry,
): number | undefined {
  if (hasStoredHashes({ flags })) {
    const at = Math.ceil((DIRECTORY_ENTRY_HEADER_BYTES + name.length) / 4) * 4;
    if (at + DIRECTORY_ENTRY_HASHES_BYTES > recordLength) return undefined;
    return readNumber(DIRECTORY_ENTRY_HASHES.hash, bytes, offset + at);
  }
  if ((flags & INODE_FLAGS.casefold) === 0) {
    return nameHash(name, hashVersion!, context.superblock);
  }
  const folded = foldName(name);
  if (!folded) context.unchecked.foldedNameCount++;
  return folded && nameHash(folded, hashVersion!, context.superblock);
}

function checkTail(context: CheckContext, where: string, bytes: Uint8Array, seed: number): void {
  const { findings } = context;
  if (!hasDirectoryTail(bytes)) {
    findings.add('directory-checksum', where, 'it has no checksum');
    return;
  }
  findings.expect(
    directoryTailMatches(bytes, seed),
    'directory-checksum',
    where,
    'its checksum does not match its contents',
  );
}

/** The first two entries are `.`, the directory itself, and `..`, its parent. */
function checkDots(
  context: CheckContext,
  directory: DirectoryRecord,
  entry: RawEntry,
  index: number,
  bytes: Uint8Array,
  where: string,
): void {
  const { findings, inodes, superblock } = context;
  // A NUL follows these two names.
  const isEnded = bytes[entry.offset + DIRECTORY_ENTRY_HEADER_BYTES + index + 1] === 0;
  const isNamedRight = entry.name.length === index + 1 && isDotOrDotDot(entry.name) && isEnded;
  const name = '.'.repeat(index + 1);
  if (!isNamedRight) {
    findings.add('directory-dot-dot', where, `entry ${index + 1} is not ${name}`);
  }
  if (index === 0) {
    findings.expect(
      entry.inode === directory.number && entry.recordLength === DOT_ENTRY_BYTES,
      'directory-dot',
      where,
      `the entry . leads to inode ${entry.inode}`,
    );
  } else {
    directory.dotDot = entry.inode;
  }
  checkType(context, entry, where, FILE_TYPES.directory.directoryNumber);
  if (!inodes.addReference(entry.inode) && entry.inode <= superblock.inodeCount) {
    findings.add(
      'entry-inode',
      where,
      `the entry ${name} leads to the unused inode ${entry.inode}`,
    );
  }
}

/** `.` is followed at once by `..`. */
const DOT_ENTRY_BYTES = 12;

function checkEntry(
  context: CheckContext,
  directory: DirectoryRecord,
  entry: RawEntry,
  { where, flags }: { where: string; flags: number },
): void {
  const { findings, inodes, superblock } = context;
  const { name, inode } = entry;
  const bad = (code: string, message: string): void => {
    findings.add(code, where, `the entry ${printableName(entry, { flags })} ${message}`);
  };
  const isPlain =
    name.length > 0 && !name.includes(SLASH) && !name.includes(0) && !isDotOrDotDot(name);
  if (isEncrypted({ flags }) ? name.length < MIN_ENCRYPTED_NAME_BYTES : !isPlain) {
    bad('entry-name', 'has a name that none can have');
  }
  const isStrict = superblock.encoding.isStrict && (flags & INODE_FLAGS.casefold) !== 0;
  if (isStrict && !isEncrypted({ flags }) && !isUtf8(name)) {
    bad('entry-name', 'is not in UTF-8');
  }
  if (inode > superblock.inodeCount || (inode < superblock.firstInode && inode !== ROOT_INODE)) {
    bad('entry-inode', `leads to inode ${inode}, which no file can have`);
    return;
  }
  const target = inodes.get(inode);
  if (!target || inodes.isHidden(inode) || target.linkCount === 0) {
    bad('entry-inode', `leads to inode ${inode}, which is not in use`);
    return;
  }
  inodes.addReference(inode);
  const expected = target.type ? FILE_TYPES[target.type].directoryNumber : 0;
  checkType(context, entry, where, expected);
  if (isEncrypted({ flags })) checkPolicy(context, directory.number, target, where);
  if (target.type !== 'directory') return;
  const child = inodes.directory(inode)!;
  if (inode === ROOT_INODE) bad('entry-inode', 'leads to the root');
  else if (child.parent !== 0) bad('directory-link', `is a second name of directory ${inode}`);
  else child.parent = directory.number;
}

function checkType(
  { findings, superblock }: CheckContext,
  entry: RawEntry,
  where: string,
  expected: number,
): void {
  const wanted = superblock.features.has('filetype') ? expected : 0;
  if (entry.fileType === 0 && wanted !== 0) {
    // The Hurd leaves it out, and the feature switched on later does not fill it in: unknown, not wrong.
    findings.warn('entry-type', where, `the entry ${escapeName(entry.name)} has no type`);
    return;
  }
  if (entry.fileType === wanted) return;
  const message = `the entry ${escapeName(entry.name)} has the type ${entry.fileType}, not ${wanted}`;
  findings.add('entry-type', where, message);
}
