import type { Image } from '../../image/image.js';

/** A name or path as text (stored as UTF-8), or as the very bytes, which need not be UTF-8. */
export type Ext4Name = string | Uint8Array;

/** A point in time; before 1970 the seconds are negative and the nanoseconds still count forwards. */
export interface Ext4Time {
  readonly seconds: number;
  /** 0 (default) to 999,999,999. */
  readonly nanoseconds?: number | undefined;
}

export interface Ext4Attributes {
  /** Permission bits, 0 to 0o7777. Default: 0755 for directories, 0777 for symlinks, else 0644. */
  readonly mode?: number | undefined;
  /** Owner and group, 32 bits; default 0. */
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  /** Default: `epochSeconds` of the options. */
  readonly mtime?: Ext4Time | undefined;
  /** Access, inode change and creation; default: `mtime`. */
  readonly atime?: Ext4Time | undefined;
  readonly ctime?: Ext4Time | undefined;
  readonly crtime?: Ext4Time | undefined;
  /**
   * Extended attributes by full name: user., trusted., security., and the ACLs
   * system.posix_acl_access and system.posix_acl_default in the form that getxattr gives.
   */
  readonly xattrs?: ReadonlyMap<string, Uint8Array> | undefined;
}

export type Ext4FileEntry = Ext4Attributes & {
  readonly type: 'file';
  readonly path: Ext4Name;
  /** The contents. Gaps become holes, where they cover whole blocks. */
  readonly data: Image;
};

export type Ext4DirectoryEntry = Ext4Attributes & {
  readonly type: 'directory';
  /** `/` sets the attributes of the root directory. */
  readonly path: Ext4Name;
};

export type Ext4SymlinkEntry = Ext4Attributes & {
  readonly type: 'symlink';
  readonly path: Ext4Name;
  readonly target: Ext4Name;
};

/** Another name for what the entry at `target` describes; attributes are the target's. */
export interface Ext4HardlinkEntry {
  readonly type: 'hardlink';
  readonly path: Ext4Name;
  /** Path of another entry, before or after this one, that is not a directory. */
  readonly target: Ext4Name;
}

export type Ext4DeviceEntry = Ext4Attributes & {
  readonly type: 'character-device' | 'block-device';
  readonly path: Ext4Name;
  /** 0 to 4095. */
  readonly major: number;
  /** 0 to 1,048,575. */
  readonly minor: number;
};

export type Ext4PipeEntry = Ext4Attributes & {
  readonly type: 'fifo' | 'socket';
  readonly path: Ext4Name;
};

/** One name in the file system. Paths are absolute; directories not named are made with mode 0755. */
export type Ext4Entry =
  | Ext4FileEntry
  | Ext4DirectoryEntry
  | Ext4SymlinkEntry
  | Ext4HardlinkEntry
  | Ext4DeviceEntry
  | Ext4PipeEntry;
