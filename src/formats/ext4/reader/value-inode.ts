import { crc32c } from '../crc32c.js';
import { readNumber } from '../../fields.js';
import { INODE_FLAGS } from '../layout/inode.js';
import { VALUE_INODE } from '../layout/xattr.js';
import { finding } from '../../findings.js';
import type { LocalFinding } from '../../findings.js';
import { openContent } from './file-content.js';
import type { Inode } from './inode.js';
import type { Volume } from './volume.js';
import type { StoredAttribute } from './xattr.js';

/** XATTR_SIZE_MAX of Linux; no value is longer. */
const MAX_VALUE_BYTES = 65_536;

/** The value of an attribute that has an inode of its own. */
export interface InodeValue {
  /** Empty when it cannot be read. */
  readonly value: Uint8Array;
  /** What the inode says is the hash of the value; undefined in those of Lustre, which have none. */
  readonly hash: number | undefined;
  readonly problems: readonly LocalFinding[];
}

/**
 * Reads the value of an attribute from its inode (ea_inode) and compares it with its hash.
 *
 * @throws ZosiaError `ZOSIA_EXT4_CORRUPT` when its blocks cannot be followed
 */
export async function readValueInode(
  volume: Volume,
  owner: Inode,
  { name, valueInode, sizeBytes }: StoredAttribute,
): Promise<InodeValue> {
  const bad = (message: string): InodeValue => ({
    value: new Uint8Array(0),
    hash: undefined,
    problems: [finding('xattr-value', `the value of ${name} in inode ${valueInode} ${message}`)],
  });
  const { firstInode, inodeCount, valueHashSeed } = volume.superblock;
  if (valueInode < firstInode || valueInode > inodeCount) return bad('can lie in no such inode');
  const inode = await volume.anyInode(valueInode);
  const isInUse = inode.type === 'file' && inode.linkCount > 0;
  if (!isInUse || (inode.flags & INODE_FLAGS.attributeValue) === 0) return bad('is not there');
  if (inode.sizeBytes !== sizeBytes || sizeBytes > MAX_VALUE_BYTES) {
    return bad(`has ${inode.sizeBytes} bytes, not ${sizeBytes}`);
  }
  const value = await openContent(volume, inode).read(0, sizeBytes);
  const hash = readNumber(VALUE_INODE.hash, inode.bytes);
  if (hash === crc32c(valueHashSeed, value)) return { value, hash, problems: [] };
  if (isOfLustre(inode, owner)) return { value, hash: undefined, problems: [] };
  return bad('does not match its hash');
}

/** Whether an inode with a value is of the kind of Lustre, which has neither hash nor count. */
function isOfLustre(inode: Inode, owner: Inode): boolean {
  const named = readNumber(VALUE_INODE.lustreOwner, inode.bytes);
  return named === owner.number && inode.generation === owner.generation;
}

/** How many attributes an inode with a value says share it. */
export function statedValueReferences({ bytes }: Inode): number {
  const { referencesHigh, referencesLow } = VALUE_INODE;
  return readNumber(referencesHigh, bytes) * 2 ** 32 + readNumber(referencesLow, bytes);
}
