import type { Ext4Time } from '../entry.js';
import { deviceNumbers } from './device.js';
import type { DeviceNumbers } from './device.js';
import { corrupt } from './fault.js';
import type { Ext4FileType, Inode } from './inode.js';

/** The attributes of a file, as stat(2) has them. */
export interface Ext4Stat {
  readonly inode: number;
  readonly type: Ext4FileType;
  /** Permission bits, set-user-id, set-group-id and sticky: 0 to 0o7777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly sizeBytes: number;
  /** Space it takes, metadata of its own counted. */
  readonly allocatedBytes: number;
  readonly linkCount: number;
  readonly mtime: Ext4Time;
  readonly atime: Ext4Time;
  readonly ctime: Ext4Time;
  /** Undefined when inodes are too small to hold it. */
  readonly crtime: Ext4Time | undefined;
  /** Of character and block devices. */
  readonly device: DeviceNumbers | undefined;
  /** INODE_FLAGS: immutable, extents, index and others. */
  readonly flags: number;
}

const PERMISSION_BITS = 0o7777;

/** @throws ZosiaError `ZOSIA_EXT4_CORRUPT` when the mode names no type */
export function statOf(inode: Inode): Ext4Stat {
  if (!inode.type) {
    throw corrupt(`inode ${inode.number}`, `its mode 0${inode.mode.toString(8)} names no type`);
  }
  return {
    inode: inode.number,
    type: inode.type,
    mode: inode.mode & PERMISSION_BITS,
    uid: inode.uid,
    gid: inode.gid,
    sizeBytes: inode.sizeBytes,
    allocatedBytes: inode.allocatedBytes,
    linkCount: inode.linkCount,
    mtime: inode.modificationTime,
    atime: inode.accessTime,
    ctime: inode.changeTime,
    crtime: inode.creationTime,
    device: deviceNumbers(inode),
    flags: inode.flags,
  };
}
