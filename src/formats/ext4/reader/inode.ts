import { crc32c, inodeSeed } from '../crc32c.js';
import { low16, readBytes, readNumber } from '../../fields.js';
import type { NumberField } from '../../fields.js';
import { CLASSIC_INODE_BYTES, FILE_TYPE, INODE, INODE_FLAGS, TIME_EXTRA } from '../layout/inode.js';
import { FILE_TYPES } from '../file-type.js';
import type { Ext4Time } from '../entry.js';
import type { Ext4Superblock } from './superblock.js';

export type Ext4FileType = keyof typeof FILE_TYPES;

/** An inode with its fields put together; block pointers still unchecked. */
export interface Inode {
  readonly number: number;
  readonly mode: number;
  /** Undefined when the mode names no type. */
  readonly type: Ext4FileType | undefined;
  readonly uid: number;
  readonly gid: number;
  /** Whose quota it counts for besides; 0 in inodes too small to say. */
  readonly projectId: number;
  readonly sizeBytes: number;
  readonly linkCount: number;
  /** Space it takes, in bytes: data, extent nodes and attributes. */
  readonly allocatedBytes: number;
  readonly flags: number;
  /** The 60 bytes of i_block: extent root, block map, fast symlink, device numbers, inline data. */
  readonly block: Uint8Array;
  readonly generation: number;
  /** Block of extended attributes; 0: none. */
  readonly attributesBlock: number;
  /** Bytes beyond 128 that hold fields; 0 for inodes of 128 bytes. */
  readonly extraIsize: number;
  readonly accessTime: Ext4Time;
  readonly changeTime: Ext4Time;
  readonly modificationTime: Ext4Time;
  /** Undefined in inodes too small to hold it. */
  readonly creationTime: Ext4Time | undefined;
  /** Seconds since 1970; with a link count of zero the next orphan instead. 0: not deleted. */
  readonly deletionTime: number;
  /** All bytes of the inode. */
  readonly bytes: Uint8Array;
}

export const SECTOR_BYTES = 512;

const TYPE_BY_MODE = new Map(
  (Object.keys(FILE_TYPES) as Ext4FileType[]).map((type) => [FILE_TYPES[type].modeBits, type]),
);
const TYPE_BITS = 0xf000;

/** The type that the upper bits of a mode stand for. */
function fileTypeOfMode(mode: number): Ext4FileType | undefined {
  return TYPE_BY_MODE.get(mode & TYPE_BITS);
}

/** Puts together the fields of an inode (kernel Documentation/filesystems/ext4/inodes.rst). */
export function parseInode(bytes: Uint8Array, number: number, superblock: Ext4Superblock): Inode {
  const { features, blockSizeBytes } = superblock;
  const get = (field: NumberField): number => readNumber(field, bytes);
  const extraIsize = bytes.length > CLASSIC_INODE_BYTES ? get(INODE.extraIsize) : 0;
  const has = (field: NumberField): boolean =>
    field.offset + field.width <= Math.min(CLASSIC_INODE_BYTES + extraIsize, bytes.length);
  const time = (seconds: NumberField, extra: NumberField): Ext4Time =>
    decodeTime(get(seconds), has(extra) ? get(extra) : 0);

  const mode = get(INODE.mode);
  const flags = get(INODE.flags);
  const hugeFiles = features.has('huge_file');
  const units = get(INODE.blocksLow) + (hugeFiles ? get(INODE.blocksHigh) * 2 ** 32 : 0);
  const unitBytes = hugeFiles && flags & INODE_FLAGS.hugeFile ? blockSizeBytes : SECTOR_BYTES;
  // In other types the upper half once meant something else.
  const wideSize = (mode & TYPE_BITS) === FILE_TYPE.regular || features.has('large_dir');
  return {
    number,
    mode,
    type: fileTypeOfMode(mode),
    uid: get(INODE.uidLow) + get(INODE.uidHigh) * 2 ** 16,
    gid: get(INODE.gidLow) + get(INODE.gidHigh) * 2 ** 16,
    projectId: has(INODE.projectId) ? get(INODE.projectId) : 0,
    sizeBytes: get(INODE.sizeLow) + (wideSize ? get(INODE.sizeHigh) * 2 ** 32 : 0),
    linkCount: get(INODE.linksCount),
    allocatedBytes: units * unitBytes,
    flags,
    block: readBytes(INODE.block, bytes),
    generation: get(INODE.generation),
    attributesBlock:
      get(INODE.fileAclLow) + (features.has('64bit') ? get(INODE.fileAclHigh) * 2 ** 32 : 0),
    extraIsize,
    accessTime: time(INODE.accessTime, INODE.accessTimeExtra),
    changeTime: time(INODE.changeTime, INODE.changeTimeExtra),
    modificationTime: time(INODE.modificationTime, INODE.modificationTimeExtra),
    creationTime: has(INODE.creationTime)
      ? time(INODE.creationTime, INODE.creationTimeExtra)
      : undefined,
    deletionTime: get(INODE.deletionTime),
    bytes,
  };
}

/** The checksum seed of an inode's own structures; undefined without metadata_csum. */
export function seedOf(inode: Inode, superblock: Ext4Superblock): number | undefined {
  const { checksumSeed } = superblock;
  return checksumSeed === undefined
    ? undefined
    : inodeSeed(checksumSeed, inode.number, inode.generation);
}

/** Whether an inode's checksum matches; true without metadata_csum. */
export function inodeChecksumMatches(inode: Inode, superblock: Ext4Superblock): boolean {
  const seed = seedOf(inode, superblock);
  if (seed === undefined) return true;
  const bytes = inode.bytes.slice();
  const stored = takeField(bytes, INODE.checksumLow);
  // Only inodes whose extra fields reach so far have the upper half.
  const { offset, width } = INODE.checksumHigh;
  const isWide =
    bytes.length > CLASSIC_INODE_BYTES && CLASSIC_INODE_BYTES + inode.extraIsize >= offset + width;
  const storedHigh = isWide ? takeField(bytes, INODE.checksumHigh) : 0;
  const checksum = crc32c(seed, bytes);
  return isWide ? checksum === storedHigh * 2 ** 16 + stored : low16(checksum) === stored;
}

/** Reads a field and leaves zeros: a checksum covers its own field as if it were zero. */
function takeField(bytes: Uint8Array, field: NumberField): number {
  const value = readNumber(field, bytes);
  bytes.fill(0, field.offset, field.offset + field.width);
  return value;
}

/** Seconds as a signed word; two bits of `extra` count spans of 2^32 seconds, the rest nanoseconds. */
function decodeTime(seconds: number, extra: number): Ext4Time {
  const epoch = extra % 2 ** TIME_EXTRA.epochBits;
  return {
    seconds: (seconds | 0) + epoch * 2 ** 32,
    nanoseconds: extra >>> TIME_EXTRA.nanosecondShift,
  };
}
