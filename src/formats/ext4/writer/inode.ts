import { SECTOR_BYTES } from '../../sector.js';
import { ZosiaError } from '../../../errors.js';
import { crc32c } from '../crc32c.js';
import { defaultMode } from '../../entry.js';
import type { Timestamp } from '../../entry.js';
import { high16, high32, low16, low32, writeFields } from '../../fields.js';
import { FILE_TYPES } from '../file-type.js';
import {
  EXTRA_ISIZE,
  INODE,
  INODE_BYTES,
  INODE_XATTRS_OFFSET,
  MAX_LINKS,
  TIME_EXTRA,
} from '../layout/inode.js';
import type { TreeInode } from './tree.js';
import { writeInodeXattrs } from './xattr.js';
import type { XattrPlan } from './xattr.js';

/** What the inode table needs to know besides the tree. */
export interface InodeBody {
  readonly sizeBytes: number;
  /** Blocks of data, extent nodes and attributes. */
  readonly blockCount: number;
  readonly flags: number;
  /** Extent tree root, fast symlink target, or device numbers. */
  readonly block: Uint8Array;
  readonly xattrs: XattrPlan;
  /** Block of the attributes that do not fit the inode; 0: none. */
  readonly xattrBlock: number;
}

export interface InodeOptions {
  readonly blockSizeBytes: number;
  /** The time of an inode that has no other, in seconds since 1970. */
  readonly epochSeconds: number;
  /** The inode's checksum seed. */
  readonly seed: number;
}

/** Times e2fsck takes for a mistake of old kernels begin on 2310-04-04. */
const FIRST_BAD_SECONDS = 0x2_8000_0000;
const FIRST_SECONDS = -0x8000_0000;

/**
 * Writes an inode, attributes and checksum included.
 *
 * @param bytes the 256 bytes of the inode, all zero
 * @throws ZosiaError `ZOSIA_EXT4_BAD_ATTRIBUTE` for a mode, owner or time that ext4 cannot hold
 */
export function writeInode(
  bytes: Uint8Array,
  inode: TreeInode,
  body: InodeBody,
  { blockSizeBytes, epochSeconds, seed }: InodeOptions,
): void {
  const { attributes, path, content } = inode;
  const { uid = 0, gid = 0 } = attributes;
  const mode = attributes.mode ?? defaultMode(content.type);
  checkNumber(path, 'mode', mode, 0o7777);
  checkNumber(path, 'uid', uid, 0xffff_ffff);
  checkNumber(path, 'gid', gid, 0xffff_ffff);
  const mtime = attributes.mtime ?? { seconds: epochSeconds };
  const modification = encodeTime(path, mtime);
  const access = encodeTime(path, attributes.atime ?? mtime);
  const change = encodeTime(path, attributes.ctime ?? mtime);
  const creation = encodeTime(path, attributes.crtime ?? mtime);
  const sectors = body.blockCount * (blockSizeBytes / SECTOR_BYTES);
  writeFields(INODE, bytes, 0, {
    mode: FILE_TYPES[content.type].modeBits | mode,
    uidLow: low16(uid),
    uidHigh: high16(uid),
    gidLow: low16(gid),
    gidHigh: high16(gid),
    sizeLow: low32(body.sizeBytes),
    sizeHigh: high32(body.sizeBytes),
    accessTime: access.seconds,
    accessTimeExtra: access.extra,
    changeTime: change.seconds,
    changeTimeExtra: change.extra,
    modificationTime: modification.seconds,
    modificationTimeExtra: modification.extra,
    creationTime: creation.seconds,
    creationTimeExtra: creation.extra,
    linksCount: inode.linkCount > MAX_LINKS ? 1 : inode.linkCount,
    blocksLow: low32(sectors),
    blocksHigh: high32(sectors),
    flags: body.flags,
    block: body.block,
    extraIsize: EXTRA_ISIZE,
    fileAclLow: low32(body.xattrBlock),
    fileAclHigh: high32(body.xattrBlock),
  });
  writeInodeXattrs(bytes.subarray(INODE_XATTRS_OFFSET, INODE_BYTES), body.xattrs.inInode);
  // Computed over all of the inode, the two checksum fields zero as they still are.
  const checksum = crc32c(seed, bytes);
  writeFields(INODE, bytes, 0, { checksumLow: low16(checksum), checksumHigh: high16(checksum) });
}

/** The low 32 bits of the seconds, read as signed, plus multiples of 2^32 in the extra field. */
function encodeTime(path: string, time: Timestamp): { seconds: number; extra: number } {
  const { seconds, nanoseconds = 0 } = time;
  const good = Number.isInteger(seconds) && seconds >= FIRST_SECONDS && seconds < FIRST_BAD_SECONDS;
  if (!good) {
    throw badAttribute(path, `the time ${seconds}`, 'ext4 holds 1901-12-13 to 2310-04-03.');
  }
  checkNumber(path, 'nanoseconds', nanoseconds, 999_999_999);
  const epoch = Math.floor((seconds - FIRST_SECONDS) / 0x1_0000_0000);
  return {
    seconds: seconds >>> 0,
    extra: ((nanoseconds << TIME_EXTRA.nanosecondShift) | epoch) >>> 0,
  };
}

function checkNumber(path: string, name: string, value: number, most: number): void {
  if (Number.isInteger(value) && value >= 0 && value <= most) return;
  throw badAttribute(path, `the ${name} ${value}`, `It is a whole number from 0 to ${most}.`);
}

function badAttribute(path: string, what: string, hint: string): ZosiaError {
  return new ZosiaError('ZOSIA_EXT4_BAD_ATTRIBUTE', `${path} cannot have ${what}`, { hint });
}
