import type { EntryAttributes, EntryContent, Timestamp } from '../entry.js';

/** A name or path as text (stored as UTF-8), or as the very bytes, which need not be UTF-8. */
export type Ext4Name = string | Uint8Array;

export interface Ext4Attributes extends EntryAttributes {
  /** Access, inode change and creation; default: `mtime`. */
  readonly atime?: Timestamp | undefined;
  readonly ctime?: Timestamp | undefined;
  readonly crtime?: Timestamp | undefined;
  /**
   * Extended attributes by full name: user., trusted., security., and the ACLs
   * system.posix_acl_access and system.posix_acl_default in the form that getxattr gives.
   */
  readonly xattrs?: ReadonlyMap<string, Uint8Array> | undefined;
}

/**
 * One name in the file system. A directory `/` sets the attributes of the root. Gaps of a file's data
 * become holes, where they cover whole blocks. A hard link has no attributes of its own.
 */
export type Ext4Entry = EntryContent<Ext4Name> & Ext4Attributes;
