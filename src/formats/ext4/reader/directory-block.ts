import { crc32c } from '../crc32c.js';
import { readNumber } from '../../fields.js';
import { FILE_TYPES } from '../file-type.js';
import {
  DIRECTORY_ENTRY,
  DIRECTORY_ENTRY_HEADER_BYTES,
  DIRECTORY_TAIL,
  DIRECTORY_TAIL_BYTES,
  DIRECTORY_TAIL_FILE_TYPE,
} from '../layout/directory.js';
import { finding } from '../../findings.js';
import type { LocalFinding } from '../../findings.js';
import type { Ext4FileType } from './inode.js';

/** An entry as it stands in a block. */
export interface RawEntry {
  /** From the start of the block, in bytes. */
  readonly offset: number;
  /** 0 when it is unused. */
  readonly inode: number;
  readonly recordLength: number;
  /** DIRECTORY_FILE_TYPE, or the upper byte of the name's length without the filetype feature. */
  readonly fileType: number;
  readonly name: Uint8Array;
}

export interface DirectoryBlock {
  /** Unused ones too, but not the one that holds the checksum. */
  readonly entries: readonly RawEntry[];
  /** Whether the block ends with a checksum. */
  readonly hasTail: boolean;
  readonly problems: readonly LocalFinding[];
}

const TYPE_BY_NUMBER = new Map(
  (Object.keys(FILE_TYPES) as Ext4FileType[]).map((type) => [
    FILE_TYPES[type].directoryNumber,
    type,
  ]),
);

/** The type that a directory entry gives; undefined for 0 (unknown) and numbers without a meaning. */
export function fileTypeOfEntry(fileType: number): Ext4FileType | undefined {
  return TYPE_BY_NUMBER.get(fileType);
}

/** Whether the block ends with the fake entry that holds its checksum. */
export function hasDirectoryTail(bytes: Uint8Array): boolean {
  const at = bytes.length - DIRECTORY_TAIL_BYTES;
  if (at < 0) return false;
  return (
    readNumber(DIRECTORY_TAIL.reservedInode, bytes, at) === 0 &&
    readNumber(DIRECTORY_TAIL.recordLength, bytes, at) === DIRECTORY_TAIL_BYTES &&
    readNumber(DIRECTORY_TAIL.reservedNameLength, bytes, at) === 0 &&
    readNumber(DIRECTORY_TAIL.fileType, bytes, at) === DIRECTORY_TAIL_FILE_TYPE
  );
}

/** Whether the checksum in the tail matches. */
export function directoryTailMatches(bytes: Uint8Array, seed: number): boolean {
  const at = bytes.length - DIRECTORY_TAIL_BYTES;
  const stored = readNumber(DIRECTORY_TAIL.checksum, bytes, at);
  return stored === crc32c(seed, bytes.subarray(0, at));
}

/**
 * The entries of a block (kernel Documentation/filesystems/ext4/directory.rst). Their lengths chain up
 * to its end; parsing stops where the chain is broken.
 */
export function parseDirectoryBlock(bytes: Uint8Array, mayHaveTail: boolean): DirectoryBlock {
  const hasTail = mayHaveTail && hasDirectoryTail(bytes);
  const end = hasTail ? bytes.length - DIRECTORY_TAIL_BYTES : bytes.length;
  const entries: RawEntry[] = [];
  const broken = (message: string): DirectoryBlock => ({
    entries,
    hasTail,
    problems: [finding('entry-length', message)],
  });
  for (let offset = 0; offset < end;) {
    if (offset + DIRECTORY_ENTRY_HEADER_BYTES > end) {
      return broken(`the entry at byte ${offset} of a block is cut off`);
    }
    const recordLength = decodeRecordLength(
      readNumber(DIRECTORY_ENTRY.recordLength, bytes, offset),
      bytes.length,
    );
    const nameLength = readNumber(DIRECTORY_ENTRY.nameLength, bytes, offset);
    const nameStart = offset + DIRECTORY_ENTRY_HEADER_BYTES;
    const isSound =
      recordLength % 4 === 0 &&
      recordLength >= DIRECTORY_ENTRY_HEADER_BYTES + nameLength &&
      recordLength > DIRECTORY_ENTRY_HEADER_BYTES &&
      offset + recordLength <= end;
    if (!isSound) {
      return broken(
        `the entry at byte ${offset} of a block has ${recordLength} bytes for a name of ${nameLength}`,
      );
    }
    entries.push({
      offset,
      inode: readNumber(DIRECTORY_ENTRY.inode, bytes, offset),
      recordLength,
      fileType: readNumber(DIRECTORY_ENTRY.fileType, bytes, offset),
      name: bytes.subarray(nameStart, nameStart + nameLength),
    });
    offset += recordLength;
  }
  return { entries, hasTail, problems: [] };
}

/** In blocks of 64 KiB the length of the whole block does not fit, and is written as one of these. */
function decodeRecordLength(stored: number, blockBytes: number): number {
  return blockBytes >= 65_536 && (stored === 0 || stored === 0xffff) ? blockBytes : stored;
}
