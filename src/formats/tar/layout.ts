/**
 * The header of a tar member: a block of fields, of text ended by NUL and of numbers. Sources: POSIX.1-2017,
 * pax, "ustar Interchange Format" and "pax Header Block"; the GNU tar manual, "Basic Tar Format".
 */

/** Headers fill one block, and data are padded to whole ones. */
export const BLOCK_BYTES = 512;

export interface TarField {
  readonly offset: number;
  readonly width: number;
}

export const TAR_FIELDS = {
  name: { offset: 0, width: 100 },
  mode: { offset: 100, width: 8 },
  uid: { offset: 108, width: 8 },
  gid: { offset: 116, width: 8 },
  sizeBytes: { offset: 124, width: 12 },
  mtime: { offset: 136, width: 12 },
  /** Sum of all bytes of the block, those of this field taken as spaces. */
  checksum: { offset: 148, width: 8 },
  type: { offset: 156, width: 1 },
  linkName: { offset: 157, width: 100 },
  /** With the version behind it. */
  magic: { offset: 257, width: 8 },
  deviceMajor: { offset: 329, width: 8 },
  deviceMinor: { offset: 337, width: 8 },
  /** Of POSIX only: folders before the name. */
  prefix: { offset: 345, width: 155 },
} as const satisfies Record<string, TarField>;

export const POSIX_MAGIC = 'ustar\x0000';
export const GNU_MAGIC = 'ustar  \0';
/** What both begin with. */
export const USTAR = 'ustar';

/** First byte of a number in two's complement, big-endian, where octal digits do not do (GNU). */
export const BINARY_FLAG = 0x80;
/** And of a negative one. */
export const NEGATIVE = 0xff;

/** Members that say something of the next one, or of all that follow. */
export const EXTENSION_TYPES: Readonly<
  Record<string, 'pax' | 'pax-global' | 'name' | 'link-name'>
> = { x: 'pax', g: 'pax-global', L: 'name', K: 'link-name' };

/** Names a volume, and is no file (GNU). */
export const LABEL_TYPE = 'V';

/** A sparse file of GNU's: its header may go on, in blocks that its size does not count. */
export const SPARSE_TYPE = 'S';
/** Whether another such block follows: in the header, and in the further blocks. */
export const SPARSE_GOES_ON = { header: 482, block: 504 } as const;

/** The most that a member of {@link EXTENSION_TYPES} may have: many times what paths need. */
export const MAX_EXTENSION_BYTES = 1 << 20;
/** Linux has no longer path, with its NUL (PATH_MAX). */
export const MAX_NAME_BYTES = 4095;
