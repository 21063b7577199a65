import type { DirectoryEntry, EntryAttributes, FileEntry } from '../entry.js';

/**
 * FAT keeps no owners, and of a file's mode whether anybody may write to it: `uid` and `gid` are passed
 * over. Times are UTC, moved into the years that FAT can say: 1980 to 2107.
 */
export interface FatAttributes extends EntryAttributes {
  /** Default: whether a file's `mode` is given and has no bit that lets anybody write. */
  readonly readOnly?: boolean | undefined;
  readonly hidden?: boolean | undefined;
  readonly system?: boolean | undefined;
}

/** One name on the volume. Files are below 4 GiB; gaps of their data become zeros: FAT has no holes. */
export type FatEntry = (FileEntry | DirectoryEntry) & FatAttributes;
