import { crc32c, inodeSeed } from '../crc32c.js';
import { low16, readBytes, readNumber } from '../../fields.js';
import type { NumberField } from '../../fields.js';
import { CLASSIC_INODE_BYTES, FILE_TYPE, INODE, INODE_FLAGS, TIME_EXTRA } from '../layout/inode.js';
import { FILE_TYPES } from '../file-type.js';
import type { Timestamp } from '../../entry.js';
import type { Ext4Superblock } from './superblock.js';
import { SECTOR_BYTES } from '../../sector.js';

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
  readonly accessTime: Timestamp;
  readonly changeTime: Timestamp;
  readonly modificationTime: Timestamp;
  /** Undefined in inodes too small to hold it. */
  readonly creationTime: Timestamp | undefined;
  /** Seconds since 1970; with a link count of zero the next orphan instead. 0: not deleted. */
  readonly deletionTime: number;
  /** All bytes of the inode. */
  readonly bytes: Uint8Array;
}

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
  return new StoredInode(bytes, number, superblock);
}

/** What is asked of few inodes is put together when it is asked for: a check reads a million of them. */
class StoredInode implements Inode {
  readonly mode: number;
  readonly type: Ext4FileType | undefined;
  readonly sizeBytes: number;
  readonly linkCount: number;
  readonly flags: number;
  readonly attributesBlock: number;
  readonly extraIsize: number;
  #block: Uint8Array | undefined;

  constructor(
    readonly bytes: Uint8Array,
    readonly number: number,
    private readonly superblock: Ext4Superblock,
  ) {
    const { features } = superblock;
    const mode = readNumber(INODE.mode, bytes);
    this.mode = mode;
    this.type = fileTypeOfMode(mode);
    // In other types the upper half once meant something else.
    const wideSize = (mode & TYPE_BITS) === FILE_TYPE.regular || features.has('large_dir');
    this.sizeBytes =
      readNumber(INODE.sizeLow, bytes) +
      (wideSize ? readNumber(INODE.sizeHigh, bytes) * 2 ** 32 : 0);
    this.linkCount = readNumber(INODE.linksCount, bytes);
    this.flags = readNumber(INODE.flags, bytes);
    this.attributesBlock =
      readNumber(INODE.fileAclLow, bytes) +
      (features.has('64bit') ? readNumber(INODE.fileAclHigh, bytes) * 2 ** 32 : 0);
    this.extraIsize = bytes.length > CLASSIC_INODE_BYTES ? readNumber(INODE.extraIsize, bytes) : 0;
  }

  get uid(): number {
    return this.#get(INODE.uidLow) + this.#get(INODE.uidHigh) * 2 ** 16;
  }

  get gid(): number {
    return this.#get(INODE.gidLow) + this.#get(INODE.gidHigh) * 2 ** 16;
  }

  get projectId(): number {
    return this.#has(INODE.projectId) ? this.#get(INODE.projectId) : 0;
  }

  get allocatedBytes(): number {
    const { features, blockSizeBytes } = this.superblock;
    const hugeFiles = features.has('huge_file');
    const units =
      this.#get(INODE.blocksLow) + (hugeFiles ? this.#get(INODE.blocksHigh) * 2 ** 32 : 0);
    return units * (hugeFiles && this.flags & INODE_FLAGS.hugeFile ? blockSizeBytes : SECTOR_BYTES);
  }

  get block(): Uint8Array {
    return (this.#block ??= readBytes(INODE.block, this.bytes));
  }

  get generation(): number {
    return this.#get(INODE.generation);
  }

  get accessTime(): Timestamp {
    return this.#time(INODE.accessTime, INODE.accessTimeExtra);
  }

  get changeTime(): Timestamp {
    return this.#time(INODE.changeTime, INODE.changeTimeExtra);
  }

  get modificationTime(): Timestamp {
    return this.#time(INODE.modificationTime, INODE.modificationTimeExtra);
  }

  get creationTime(): Timestamp | undefined {
    if (!this.#has(INODE.creationTime)) return undefined;
    return this.#time(INODE.creationTime, INODE.creationTimeExtra);
  }

  get deletionTime(): number {
    return this.#get(INODE.deletionTime);
  }

  #get(field: NumberField): number {
    return readNumber(field, this.bytes);
  }

  #has({ offset, width }: NumberField): boolean {
    const end = Math.min(CLASSIC_INODE_BYTES + this.extraIsize, this.bytes.length);
    return offset + width <= end;
  }

  #time(seconds: NumberField, extra: NumberField): Timestamp {
    return decodeTime(this.#get(seconds), this.#has(extra) ? this.#get(extra) : 0);
  }
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
  const { bytes } = inode;
  const { checksumLow: low, checksumHigh: high } = INODE;
  // Only inodes whose extra fields reach so far have the upper half.
  const isWide =
    bytes.length > CLASSIC_INODE_BYTES &&
    CLASSIC_INODE_BYTES + inode.extraIsize >= high.offset + high.width;
  const toEnd = isWide ? high.offset : bytes.length;
  let checksum = withoutField(crc32c(seed, bytes, 0, low.offset), low);
  checksum = crc32c(checksum, bytes, low.offset + low.width, toEnd);
  if (!isWide) return low16(checksum) === readNumber(low, bytes);
  checksum = crc32c(withoutField(checksum, high), bytes, high.offset + high.width);
  return checksum === readNumber(high, bytes) * 2 ** 16 + readNumber(low, bytes);
}

/** A checksum covers its own field as if it were zero. */
function withoutField(checksum: number, { width }: NumberField): number {
  return crc32c(checksum, ZEROS, 0, width);
}

const ZEROS = new Uint8Array(4);

/** Seconds as a signed word; two bits of `extra` count spans of 2^32 seconds, the rest nanoseconds. */
function decodeTime(seconds: number, extra: number): Timestamp {
  const epoch = extra % 2 ** TIME_EXTRA.epochBits;
  return {
    seconds: (seconds | 0) + epoch * 2 ** 32,
    nanoseconds: extra >>> TIME_EXTRA.nanosecondShift,
  };
}
