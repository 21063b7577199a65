import { Buffer } from 'buffer';
import { corrupt, refuseProblems } from './corrupt.js';
import type { Inode } from './inode.js';
import { inodeAttributes } from './xattr.js';

/** The attribute that holds what does not fit the block field. */
export const INLINE_ATTRIBUTE = 'system.data';

/**
 * The parts of inline data (kernel Documentation/filesystems/ext4/ifork.rst, "Inline Data"): the 60
 * bytes of the block field, and the value of an attribute. Directories use each as a block of its own.
 */
export function inlineParts(inode: Inode): {
  readonly first: Uint8Array;
  readonly rest: Uint8Array;
} {
  const { attributes, problems } = inodeAttributes(inode);
  refuseProblems(`inode ${inode.number}`, problems);
  const rest = attributes.find(({ name }) => name === INLINE_ATTRIBUTE)?.value;
  return { first: inode.block, rest: rest ?? new Uint8Array(0) };
}

/** @throws ZosiaError `ZOSIA_EXT4_CORRUPT` when the inode has less data than its size says */
export function readInlineData(inode: Inode): Uint8Array {
  const { first, rest } = inlineParts(inode);
  if (inode.sizeBytes > first.length + rest.length) {
    throw corrupt(`inode ${inode.number}`, `it holds less data than its ${inode.sizeBytes} bytes`);
  }
  return Uint8Array.from(Buffer.concat([first, rest])).subarray(0, inode.sizeBytes);
}
