import type { Timestamp } from '../entry.js';
import type { ByteString } from '../byte-string.js';
import type { RandomAccess } from '../../image/random-access.js';

export interface CpioMemberAttributes {
  /** As the archive has it, up to its first NUL: `etc/hostname`, `./etc/hostname`. */
  readonly name: ByteString;
  /** The name as a printable absolute path: `/etc/hostname`; see `escapeName`. */
  readonly path: string;
  /** File type and permission bits, as st_mode. */
  readonly fullMode: number;
  /** Permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: Timestamp;
  /** Members of one archive with the same inode, device and file type are one file. */
  readonly inode: number;
  readonly deviceMajor: number;
  readonly deviceMinor: number;
  readonly linkCount: number;
  /** How many archives were ended by a trailer before; inode numbers of different ones are unrelated. */
  readonly archive: number;
  /** Which part of the initramfs it lies in. */
  readonly part: CpioPart;
  /** Where its header starts, as `offset`. */
  readonly headerOffset: number;
  /** Where its data start, in bytes: in the source or, in a packed part, in what that unpacks to. */
  readonly offset: number;
  readonly sizeBytes: number;
}

export type CpioMemberContent =
  /** `none`: the mode is of no file type. The kernel makes nothing of it. */
  | { readonly type: 'file' | 'directory' | 'fifo' | 'socket' | 'none' }
  | { readonly type: 'symlink'; readonly target: ByteString }
  | {
      readonly type: 'character-device' | 'block-device';
      readonly major: number;
      readonly minor: number;
    };

export type CpioMember = CpioMemberAttributes & CpioMemberContent;

/** Archives that stand one behind the other in a file, packed or not. */
export interface CpioPart {
  /** In the source, in bytes. */
  readonly offset: number;
  /** Its length in the source; known once it has been read. */
  length: number;
  /** `gzip`, `xz` ...; undefined: it is not packed. */
  readonly compression: string | undefined;
  /** Whether what packed it left a checksum, which reading it compares. */
  readonly hasChecksum: boolean;
  /** Length of what it unpacks to; known once it has been read. */
  unpackedBytes: number;
  /** Its bytes, at the offsets that its members have. */
  readonly content: RandomAccess;
}
