import { crc32c, crc32cWord } from '../crc32c.js';
import { high32, low32, readNumber } from '../../fields.js';
import { CLASSIC_INODE_BYTES } from '../layout/inode.js';
import {
  XATTR_BLOCK_HEADER,
  XATTR_BLOCK_HEADER_BYTES,
  XATTR_END,
  XATTR_END_BYTES,
  XATTR_ENTRY,
  XATTR_ENTRY_BYTES,
  XATTR_INODE_HEADER,
  XATTR_INODE_HEADER_BYTES,
  XATTR_MAGIC,
  XATTR_NAMESPACE,
} from '../layout/xattr.js';
import { escapeName } from '../../escaped-name.js';
import { finding } from '../../findings.js';
import type { LocalFinding } from '../../findings.js';
import type { Inode } from './inode.js';
import type { Ext4Superblock } from './superblock.js';

/** An extended attribute as it is stored. */
export interface StoredAttribute {
  /** With its namespace: `user.comment`; bytes that are not UTF-8 are escaped. */
  readonly name: string;
  readonly namespace: number;
  readonly nameBytes: Uint8Array;
  /** Empty when the value lies in an inode of its own. */
  readonly value: Uint8Array;
  readonly sizeBytes: number;
  /** The inode that holds the value; 0: none does. */
  readonly valueInode: number;
  /** Hash of name and value; 0 in inodes. */
  readonly hash: number;
  /** Where the value lies in the area, from its start. */
  readonly valueStart: number;
}

export interface AttributeArea {
  readonly attributes: readonly StoredAttribute[];
  /** Where the entries end, from the start of the area. */
  readonly entriesEnd: number;
  readonly problems: readonly LocalFinding[];
}

/** Namespaces by number. Those of ACLs are whole names. */
const NAMESPACES: ReadonlyMap<number, string> = new Map([
  [XATTR_NAMESPACE.user, 'user.'],
  [XATTR_NAMESPACE.posixAclAccess, 'system.posix_acl_access'],
  [XATTR_NAMESPACE.posixAclDefault, 'system.posix_acl_default'],
  [XATTR_NAMESPACE.trusted, 'trusted.'],
  [XATTR_NAMESPACE.security, 'security.'],
  [XATTR_NAMESPACE.system, 'system.'],
  [XATTR_NAMESPACE.encryption, 'encryption.'],
]);

/** Of what has none. */
export const NO_ATTRIBUTES: AttributeArea = { attributes: [], entriesEnd: 0, problems: [] };

/** The attributes that lie in the inode, after its fields. */
export function inodeAttributes(inode: Inode): AttributeArea {
  const area = inode.bytes.subarray(CLASSIC_INODE_BYTES + inode.extraIsize);
  const isUsed = inode.bytes.length > CLASSIC_INODE_BYTES && inode.extraIsize > 0;
  if (!isUsed || area.length < XATTR_INODE_HEADER_BYTES) return NO_ATTRIBUTES;
  if (readNumber(XATTR_INODE_HEADER.magic, area) !== XATTR_MAGIC) return NO_ATTRIBUTES;
  return parseEntries(area.subarray(XATTR_INODE_HEADER_BYTES), 0);
}

/** The attributes in a block. */
export function blockAttributes(bytes: Uint8Array): AttributeArea {
  if (readNumber(XATTR_BLOCK_HEADER.magic, bytes) !== XATTR_MAGIC) {
    const message = 'the block of extended attributes has no magic number';
    return { ...NO_ATTRIBUTES, problems: [finding('xattr-magic', message)] };
  }
  if (readNumber(XATTR_BLOCK_HEADER.blocks, bytes) !== 1) {
    return {
      ...NO_ATTRIBUTES,
      problems: [finding('xattr-magic', 'extended attributes take one block')],
    };
  }
  return parseEntries(bytes, XATTR_BLOCK_HEADER_BYTES);
}

/** Whether the checksum of a block of attributes matches; true without metadata_csum. */
export function attributeChecksumMatches(
  bytes: Uint8Array,
  block: number,
  { checksumSeed }: Ext4Superblock,
): boolean {
  if (checksumSeed === undefined) return true;
  const { offset, width } = XATTR_BLOCK_HEADER.checksum;
  const covered = bytes.slice();
  covered.fill(0, offset, offset + width);
  const numberSeed = crc32cWord(crc32cWord(checksumSeed, low32(block)), high32(block));
  return crc32c(numberSeed, covered) === readNumber(XATTR_BLOCK_HEADER.checksum, bytes);
}

function parseEntries(area: Uint8Array, firstEntry: number): AttributeArea {
  const attributes: StoredAttribute[] = [];
  const fail = (message: string): AttributeArea => ({
    attributes,
    entriesEnd: at,
    problems: [finding('xattr-entry', message)],
  });
  let at = firstEntry;
  for (;;) {
    if (at + XATTR_END_BYTES > area.length) return fail('the extended attributes have no end');
    if (readNumber(XATTR_END.mark, area, at) === 0) break;
    if (at + XATTR_ENTRY_BYTES > area.length) return fail('an extended attribute is cut off');
    const nameLength = readNumber(XATTR_ENTRY.nameLength, area, at);
    const nameStart = at + XATTR_ENTRY_BYTES;
    const next = nameStart + Math.ceil(nameLength / 4) * 4;
    if (next > area.length) return fail('the name of an extended attribute is cut off');
    const namespace = readNumber(XATTR_ENTRY.nameIndex, area, at);
    const nameBytes = area.slice(nameStart, nameStart + nameLength);
    const name = `${NAMESPACES.get(namespace) ?? `${namespace}.`}${escapeName(nameBytes)}`;
    const size = readNumber(XATTR_ENTRY.valueSize, area, at);
    const valueStart = readNumber(XATTR_ENTRY.valueOffset, area, at);
    const valueInode = readNumber(XATTR_ENTRY.valueInode, area, at);
    const liesHere = valueInode === 0;
    if (liesHere && (valueStart + size > area.length || (size > 0 && valueStart < firstEntry))) {
      return fail(`the value of the extended attribute ${name} lies outside of its area`);
    }
    attributes.push({
      name,
      namespace,
      nameBytes,
      value: liesHere ? area.slice(valueStart, valueStart + size) : new Uint8Array(0),
      sizeBytes: size,
      valueInode,
      hash: readNumber(XATTR_ENTRY.hash, area, at),
      valueStart,
    });
    at = next;
  }
  return { attributes, entriesEnd: at + XATTR_END_BYTES, problems: [] };
}
