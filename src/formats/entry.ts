import type { Content } from '../image/file-data.js';

/**
 * What the planners of ext4, FAT and cpio take: one name in the tree that an image is to hold. A list of
 * entries may come in any order, and directories that none names are made. A format adds attributes of
 * its own, and leaves out types of file that it does not know.
 */

/** A point in time; before 1970 the seconds are negative and the nanoseconds still count forwards. */
export interface Timestamp {
  /** Whole seconds since 1970. */
  readonly seconds: number;
  /** 0 (default) to 999,999,999. ext4 keeps them; cpio keeps whole seconds, FAT even ones. */
  readonly nanoseconds?: number | undefined;
}

export interface EntryAttributes {
  /** Permission bits, 0 to 0o7777. Default: see {@link defaultMode}. */
  readonly mode?: number | undefined;
  /** Owner and group, 32 bits; default 0. */
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  /** Last change of its content. Default: `epochSeconds` of the options. */
  readonly mtime?: Timestamp | undefined;
}

/**
 * Where an entry goes, from the root of the image: `/etc/hostname`, `etc/hostname` and `./etc/hostname`
 * are the same. Doubled and trailing slashes do not count; `..` is refused, and so is an empty path.
 *
 * @typeParam Name text, stored as UTF-8 (FAT: UTF-16); formats whose names are bytes also take those
 */
interface Placed<Name> {
  readonly path: Name;
}

export interface FileEntry<Name = string> extends Placed<Name> {
  readonly type: 'file';
  readonly data: Content;
}

export interface DirectoryEntry<Name = string> extends Placed<Name> {
  readonly type: 'directory';
}

export interface SymlinkEntry<Name = string> extends Placed<Name> {
  readonly type: 'symlink';
  readonly target: Name;
}

/** Another name for what the entry at `target` describes; attributes are the target's. */
export interface HardlinkEntry<Name = string> extends Placed<Name> {
  readonly type: 'hardlink';
  /** Path of another entry, before or after this one, that is not a directory. */
  readonly target: Name;
}

export interface DeviceEntry<Name = string> extends Placed<Name> {
  readonly type: 'character-device' | 'block-device';
  /** 0 to 4095. */
  readonly major: number;
  /** 0 to 1,048,575. */
  readonly minor: number;
}

export interface PipeEntry<Name = string> extends Placed<Name> {
  readonly type: 'fifo' | 'socket';
}

/** An entry of any type, without its attributes. */
export type EntryContent<Name = string> =
  | FileEntry<Name>
  | DirectoryEntry<Name>
  | SymlinkEntry<Name>
  | HardlinkEntry<Name>
  | DeviceEntry<Name>
  | PipeEntry<Name>;

/** 0755 for directories, 0777 for symlinks, else 0644: nobody's umask reaches an image. */
export function defaultMode(type: EntryContent['type']): number {
  if (type === 'directory') return 0o755;
  return type === 'symlink' ? 0o777 : 0o644;
}
