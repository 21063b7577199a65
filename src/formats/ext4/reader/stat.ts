import { readNumber } from '../../fields.js';
import { DEVICE } from '../layout/inode.js';
import type { Inode, Ext4FileType } from './inode.js';
import type { Timestamp } from '../../entry.js';
import { corrupt } from './corrupt.js';

export interface DeviceNumbers {
  readonly major: number;
  readonly minor: number;
}

/**
 * The numbers of a device: 8 bits each in the first word, or 12 and 20 bits in the one after (kernel
 * include/linux/kdev_t.h). Undefined for inodes that are no device.
 */
export function deviceNumbers(inode: Inode): DeviceNumbers | undefined {
  if (inode.type !== 'character-device' && inode.type !== 'block-device') return undefined;
  const old = readNumber(DEVICE.old, inode.block);
  if (old !== 0) return { major: (old >>> 8) & 0xff, minor: old & 0xff };
  const wide = readNumber(DEVICE.wide, inode.block);
  return { major: (wide >>> 8) & 0xfff, minor: (wide & 0xff) | ((wide >>> 12) & 0xf_ff00) };
}

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
  readonly mtime: Timestamp;
  readonly atime: Timestamp;
  readonly ctime: Timestamp;
  /** Undefined when inodes are too small to hold it. */
  readonly crtime: Timestamp | undefined;
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
