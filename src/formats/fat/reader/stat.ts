import { Buffer } from 'buffer';
import { ATTRIBUTE, MAX_DIRECTORY_ENTRIES } from '../layout/directory.js';
import type { Timestamp } from '../../entry.js';
import { fromFatTime } from '../time.js';
import type { RawEntry } from './entries.js';

/**
 * What a directory says of a file. Times are taken as UTC; undefined where there is
 * none, or one that no calendar has.
 */
export interface FatStat {
  readonly type: 'file' | 'directory';
  readonly isRoot: boolean;
  /**
   * Tells its directory entry from all others on the volume: made of where its directory begins and
   * which entry of that it is. 0 for the root, which has none.
   */
  readonly entryId: number;
  /** 0 for directories. */
  readonly sizeBytes: number;
  /** ATTRIBUTE: read-only, hidden, system, directory, archive. */
  readonly attributes: number;
  /** Its 8.3 name; empty for the root. */
  readonly shortName: string;
  /** 0 for the root and for empty files. */
  readonly firstCluster: number;
  readonly mtime: Timestamp | undefined;
  /** Creation. */
  readonly crtime: Timestamp | undefined;
  /** Midnight: FAT keeps the day only. */
  readonly atime: Timestamp | undefined;
}

export interface FatNamed {
  /** The long name if there is one; without slashes or NUL, neither `.` nor `..`. */
  readonly name: string;
  readonly stat: FatStat;
}

export const ROOT_STAT: FatStat = {
  type: 'directory',
  isRoot: true,
  entryId: 0,
  sizeBytes: 0,
  attributes: ATTRIBUTE.directory,
  shortName: '',
  firstCluster: 0,
  mtime: undefined,
  crtime: undefined,
  atime: undefined,
};

/** @param directoryCluster the first cluster of the directory that the entry lies in; of the root 0 */
export function namedEntry(entry: RawEntry, directoryCluster: number): FatNamed {
  const { slot, longName, attributes, firstCluster, sizeBytes } = entry;
  const isDirectory = (attributes & ATTRIBUTE.directory) !== 0;
  const shortName = safeShortName(entry.shortName);
  return {
    name: longName !== undefined && isSafe(longName) ? longName : shortName,
    stat: {
      type: isDirectory ? 'directory' : 'file',
      isRoot: false,
      entryId: directoryCluster * MAX_DIRECTORY_ENTRIES + slot + 1,
      sizeBytes: isDirectory ? 0 : sizeBytes,
      attributes,
      shortName,
      firstCluster,
      mtime: fromFatTime(entry.writeTime),
      crtime: fromFatTime(entry.creationTime),
      atime: fromFatTime({ date: entry.accessDate, time: 0, hundredths: 0 }),
    },
  };
}

/** Whether a name can be part of a path that leads to this entry and nothing else. */
function isSafe(name: string): boolean {
  return !/[/\0]|\p{Cs}|^\.{0,2}$/u.test(name);
}

function safeShortName(shortName: string): string {
  const replaced = shortName.replace(/[/\p{Cc}]/gu, '_');
  return isSafe(replaced) ? replaced : '_';
}

/** `.` and `..`, which every directory but the root begins with. */
export function isDotEntry({ shortBytes }: RawEntry): boolean {
  return /^\.{1,2} +$/.test(Buffer.from(shortBytes).toString('latin1'));
}
