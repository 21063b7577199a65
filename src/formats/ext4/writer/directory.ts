import { crc32c } from '../crc32c.js';
import { writeFields } from '../../fields.js';
import {
  DIRECTORY_ENTRY,
  DIRECTORY_ENTRY_HEADER_BYTES,
  DIRECTORY_TAIL,
  DIRECTORY_TAIL_BYTES,
  DIRECTORY_TAIL_FILE_TYPE,
} from '../layout/directory.js';
import { byteStringBytes } from '../../byte-string.js';
import type { ByteString } from '../../byte-string.js';

/** A name in a directory and what it leads to. */
export interface DirectoryName {
  readonly name: ByteString;
  readonly inode: number;
  readonly fileType: number;
}

/** What the blocks of a directory have in common. */
export interface DirectoryBlocks {
  readonly blockSizeBytes: number;
  /** The inode's checksum seed. */
  readonly seed: number;
}

/** Bytes an entry takes at least: names are padded to four bytes. */
export function entryBytes(name: ByteString): number {
  return DIRECTORY_ENTRY_HEADER_BYTES + Math.ceil(name.length / 4) * 4;
}

/** Bytes of a leaf block that entries can have. */
function leafRoomBytes(blockSizeBytes: number): number {
  return blockSizeBytes - DIRECTORY_TAIL_BYTES;
}

/** Divides names over leaf blocks, in order, filling each as far as the next name allows. */
export function packLeaves(
  names: readonly DirectoryName[],
  blockSizeBytes: number,
): DirectoryName[][] {
  const leaves: DirectoryName[][] = [];
  let room = 0;
  for (const name of names) {
    const needed = entryBytes(name.name);
    if (needed > room) {
      leaves.push([]);
      room = leafRoomBytes(blockSizeBytes);
    }
    leaves.at(-1)!.push(name);
    room -= needed;
  }
  return leaves;
}

/** Writes the entries of a leaf block and its checksum; a leaf may have no names. */
export function writeLeaf(block: Uint8Array, names: readonly DirectoryName[], seed: number): void {
  const end = leafRoomBytes(block.length);
  let at = 0;
  names.forEach((name, i) => {
    const recordLength = i === names.length - 1 ? end - at : entryBytes(name.name);
    writeEntry(block, name, { at, recordLength });
    at += recordLength;
  });
  if (names.length === 0) writeFields(DIRECTORY_ENTRY, block, 0, { recordLength: end });
  writeFields(DIRECTORY_TAIL, block, end, {
    recordLength: DIRECTORY_TAIL_BYTES,
    fileType: DIRECTORY_TAIL_FILE_TYPE,
    checksum: crc32c(seed, block.subarray(0, end)),
  });
}

/** Writes an entry `at` bytes into its block; the next one begins `recordLength` bytes later. */
export function writeEntry(
  block: Uint8Array,
  { name, inode, fileType }: DirectoryName,
  { at, recordLength }: { readonly at: number; readonly recordLength: number },
): void {
  const nameLength = name.length;
  writeFields(DIRECTORY_ENTRY, block, at, { inode, recordLength, nameLength, fileType });
  block.set(byteStringBytes(name), at + DIRECTORY_ENTRY_HEADER_BYTES);
}

/** The blocks of a directory without an index. */
export function linearDirectory(
  leaves: readonly (readonly DirectoryName[])[],
  { blockSizeBytes, seed }: DirectoryBlocks,
): Uint8Array {
  const bytes = new Uint8Array(leaves.length * blockSizeBytes);
  leaves.forEach((names, i) => {
    writeLeaf(bytes.subarray(i * blockSizeBytes, (i + 1) * blockSizeBytes), names, seed);
  });
  return bytes;
}
