/**
 * The "newc" (SVR4) cpio header: ASCII, every number eight hexadecimal digits.
 * Source: kernel Documentation/driver-api/early-userspace/buffer-format.rst.
 *
 * A member is its header, its name ended by NUL, padding to {@link ALIGNMENT_BYTES}, its data, and
 * padding again; offsets for padding count from the start of the archive.
 */

export const NEWC_MAGIC = '070701';
/** The same with the sum of the data's bytes in {@link NEWC_FIELDS}.checksum. */
export const CRC_MAGIC = '070702';
/** The POSIX.1-1988 format, which the kernel refuses by name. */
export const ODC_MAGIC = '070707';
export const MAGIC_LENGTH = 6;

/** Digits of every field after the magic. */
export const FIELD_DIGITS = 8;

export interface NewcField {
  readonly offset: number;
  readonly meaning: string;
}

export const NEWC_FIELDS = {
  inode: { offset: 6, meaning: 'members with the same one are links to one file' },
  mode: { offset: 14, meaning: 'file type and permission bits, as st_mode' },
  uid: { offset: 22, meaning: 'owner' },
  gid: { offset: 30, meaning: 'group' },
  linkCount: { offset: 38, meaning: 'number of links; the kernel looks for links from 2 on' },
  mtimeSeconds: { offset: 46, meaning: 'seconds since 1970' },
  sizeBytes: { offset: 54, meaning: 'length of the data' },
  deviceMajor: { offset: 62, meaning: 'device the inode number belongs to; always 0 here' },
  deviceMinor: { offset: 70, meaning: 'always 0 here' },
  rdevMajor: { offset: 78, meaning: 'of a device member: its major number' },
  rdevMinor: { offset: 86, meaning: 'of a device member: its minor number' },
  nameBytes: { offset: 94, meaning: 'length of the name with its NUL' },
  checksum: { offset: 102, meaning: 'of 070702: sum of the bytes of the data; else 0' },
} as const satisfies Record<string, NewcField>;

export type NewcFieldName = keyof typeof NEWC_FIELDS;
export type NewcHeader = Readonly<Record<NewcFieldName, number>>;

export const HEADER_BYTES = 110;

/** Headers and data start on this boundary, and so does an archive that follows another. */
export const ALIGNMENT_BYTES = 4;

/**
 * Archives end on this boundary. The kernel asks for {@link ALIGNMENT_BYTES}; GNU cpio, bsdtar and what
 * is built on them count archives in blocks of 512 bytes, so that is where the next one is looked for.
 */
export const BLOCK_BYTES = 512;

/** Name of the member that ends an archive. */
export const TRAILER_NAME = 'TRAILER!!!';

/** Largest value of a field; a file's size is one, hence the format's 4 GiB limit. */
export const MAX_FIELD = 0xffff_ffff;

/** The kernel passes over members whose name, with its NUL, is longer (PATH_MAX). */
export const MAX_NAME_BYTES = 4096;

/** The kernel passes over symbolic links with more data than this (PATH_MAX). */
export const MAX_TARGET_DATA_BYTES = 4096;

/** Linux takes no longer symbolic link target (PATH_MAX with its NUL). */
export const MAX_TARGET_BYTES = 4095;

/** Linux file systems take no longer name between two slashes (NAME_MAX). */
export const MAX_COMPONENT_BYTES = 255;

/** File type bits of the mode (inode(7)). */
export const FILE_TYPE_MASK = 0o170000;
export const FILE_TYPES = {
  fifo: 0o010000,
  'character-device': 0o020000,
  directory: 0o040000,
  'block-device': 0o060000,
  file: 0o100000,
  symlink: 0o120000,
  socket: 0o140000,
} as const;

/** Linux device numbers: 12 bits of major, 20 of minor (include/linux/kdev_t.h). */
export const MAX_DEVICE_MAJOR = 0xfff;
export const MAX_DEVICE_MINOR = 0xf_ffff;

export const PERMISSION_MASK = 0o7777;

/** The next multiple of `alignment`, or `offset` itself when it is one. */
export function alignUp(offset: number, alignment: number): number {
  return Math.ceil(offset / alignment) * alignment;
}
