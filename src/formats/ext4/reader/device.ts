import { readNumber } from '../../fields.js';
import { DEVICE } from '../layout/inode.js';
import type { Inode } from './inode.js';

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
