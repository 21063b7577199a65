import { Buffer } from 'buffer';
import { ZosiaError } from '../../../errors.js';
import { aclToDisk } from './acl.js';
import { crc32c, crc32cWord } from '../crc32c.js';
import { high32, low32, writeFields } from '../../fields.js';
import { MAX_NAME_BYTES } from '../layout/directory.js';
import { INODE_BYTES, INODE_XATTRS_OFFSET } from '../layout/inode.js';
import {
  XATTR_BLOCK_HEADER,
  XATTR_BLOCK_HEADER_BYTES,
  XATTR_END_BYTES,
  XATTR_ENTRY,
  XATTR_ENTRY_BYTES,
  XATTR_INODE_HEADER,
  XATTR_INODE_HEADER_BYTES,
  XATTR_MAGIC,
  XATTR_NAMESPACE,
} from '../layout/xattr.js';
import { addHash, addValue, hashName, padToWord } from '../xattr-hash.js';

/** An attribute as it is stored: a namespace, the rest of the name, a value. */
interface StoredXattr {
  readonly nameIndex: number;
  readonly name: Uint8Array;
  readonly value: Uint8Array;
}

/** Where the attributes of an inode go: into the inode while there is room, else into a block. */
export interface XattrPlan {
  readonly inInode: readonly StoredXattr[];
  readonly inBlock: readonly StoredXattr[];
}

const PREFIXES: readonly (readonly [string, number])[] = [
  ['user.', XATTR_NAMESPACE.user],
  ['trusted.', XATTR_NAMESPACE.trusted],
  ['security.', XATTR_NAMESPACE.security],
];

const ACLS: ReadonlyMap<string, number> = new Map([
  ['system.posix_acl_access', XATTR_NAMESPACE.posixAclAccess],
  ['system.posix_acl_default', XATTR_NAMESPACE.posixAclDefault],
]);

/**
 * Decides where extended attributes go.
 *
 * @throws ZosiaError `ZOSIA_EXT4_BAD_XATTR`, `ZOSIA_EXT4_XATTRS_TOO_LARGE`
 */
export function planXattrs(
  xattrs: ReadonlyMap<string, Uint8Array> | undefined,
  path: string,
  blockSizeBytes: number,
): XattrPlan {
  const stored = [...(xattrs ?? [])].map(([name, value]) => store(name, value, path));
  // The kernel looks names up in this order.
  stored.sort(
    (a, b) =>
      a.nameIndex - b.nameIndex || a.name.length - b.name.length || Buffer.compare(a.name, b.name),
  );
  const inInode: StoredXattr[] = [];
  const inBlock: StoredXattr[] = [];
  let inodeRoom = INODE_ROOM_BYTES;
  let blockRoom = blockSizeBytes - XATTR_BLOCK_HEADER_BYTES - XATTR_END_BYTES;
  for (const xattr of stored) {
    const bytes = entryBytes(xattr) + padToWord(xattr.value.length);
    if (bytes <= inodeRoom) {
      inInode.push(xattr);
      inodeRoom -= bytes;
    } else {
      inBlock.push(xattr);
      blockRoom -= bytes;
    }
  }
  if (blockRoom < 0) {
    throw new ZosiaError(
      'ZOSIA_EXT4_XATTRS_TOO_LARGE',
      `the extended attributes of ${path} exceed one block by ${-blockRoom} bytes`,
      { hint: 'Leave some out, or use a larger block size.' },
    );
  }
  return { inInode, inBlock };
}

/** Writes the attributes that lie in the inode, into its last bytes; its checksum has to follow. */
export function writeInodeXattrs(area: Uint8Array, xattrs: readonly StoredXattr[]): void {
  if (xattrs.length === 0) return;
  writeFields(XATTR_INODE_HEADER, area, 0, { magic: XATTR_MAGIC });
  writeEntries(area.subarray(XATTR_INODE_HEADER_BYTES), 0, xattrs, () => 0);
}

/**
 * The block with the attributes that did not fit the inode.
 *
 * @param place `block` is the number of the block, which its checksum covers; `seed` the file system's
 *   checksum seed
 */
export function buildXattrBlock(
  xattrs: readonly StoredXattr[],
  place: { readonly block: number; readonly blockSizeBytes: number; readonly seed: number },
): Uint8Array {
  const { block, blockSizeBytes, seed } = place;
  const bytes = new Uint8Array(blockSizeBytes);
  writeEntries(bytes, XATTR_BLOCK_HEADER_BYTES, xattrs, entryHash);
  const hash = xattrs.reduce((sum, xattr) => addHash(sum, entryHash(xattr)), 0);
  writeFields(XATTR_BLOCK_HEADER, bytes, 0, {
    magic: XATTR_MAGIC,
    referenceCount: 1,
    blocks: 1,
    hash,
  });
  const numberSeed = crc32cWord(crc32cWord(seed, low32(block)), high32(block));
  writeFields(XATTR_BLOCK_HEADER, bytes, 0, { checksum: crc32c(numberSeed, bytes) });
  return bytes;
}

const INODE_ROOM_BYTES =
  INODE_BYTES - INODE_XATTRS_OFFSET - XATTR_INODE_HEADER_BYTES - XATTR_END_BYTES;

function store(name: string, value: Uint8Array, path: string): StoredXattr {
  const acl = ACLS.get(name);
  if (acl !== undefined) {
    const disk = aclToDisk(value);
    if (!disk) throw badXattr(name, path, 'Its value is no POSIX ACL in the form getxattr gives.');
    return { nameIndex: acl, name: new Uint8Array(0), value: disk };
  }
  const prefix = PREFIXES.find(([text]) => name.startsWith(text));
  if (!prefix) {
    throw badXattr(name, path, 'Names begin with user., trusted., security. or system.posix_acl_.');
  }
  const rest = Buffer.from(name.slice(prefix[0].length), 'utf8');
  if (rest.length === 0 || rest.length > MAX_NAME_BYTES || rest.includes(0)) {
    throw badXattr(name, path, `After its prefix a name has 1 to ${MAX_NAME_BYTES} bytes.`);
  }
  return { nameIndex: prefix[1], name: rest, value };
}

/** Entries grow from the front of the area, values from its end. */
function writeEntries(
  area: Uint8Array,
  firstEntry: number,
  xattrs: readonly StoredXattr[],
  hashOf: (xattr: StoredXattr) => number,
): void {
  let at = firstEntry;
  let valuesStart = area.length;
  for (const xattr of xattrs) {
    const { nameIndex, name, value } = xattr;
    valuesStart -= padToWord(value.length);
    writeFields(XATTR_ENTRY, area, at, {
      nameLength: name.length,
      nameIndex,
      valueOffset: value.length === 0 ? 0 : valuesStart,
      valueSize: value.length,
      hash: hashOf(xattr),
    });
    area.set(name, at + XATTR_ENTRY_BYTES);
    area.set(value, valuesStart);
    at += entryBytes(xattr);
  }
}

/** The hash of an entry in a block. */
function entryHash({ name, value }: StoredXattr): number {
  return addValue(hashName(name), value);
}

function entryBytes({ name }: StoredXattr): number {
  return XATTR_ENTRY_BYTES + padToWord(name.length);
}

function badXattr(name: string, path: string, hint: string): ZosiaError {
  return new ZosiaError(
    'ZOSIA_EXT4_BAD_XATTR',
    `${path} cannot have the extended attribute ${JSON.stringify(name)}`,
    { hint },
  );
}
