import { byteField, le16, le32, u8 } from '../../fields.js';

/** A directory entry: "FAT32 File System Specification" 1.03, "FAT Directory Structure". */
export const DIRECTORY_ENTRY = {
  name: byteField(0x0, 11, 'Short name: 8 and 3 characters of the OEM charset, padded with blanks'),
  attributes: u8(0xb, 'ATTRIBUTE'),
  lowerCase: u8(0xc, 'LOWER_CASE, as Windows NT has it; the specification reserves it'),
  creationHundredths: u8(0xd, 'Hundredths of a second to add to the creation time, 0 to 199'),
  creationTime: le16(0xe, 'Hour, minute and half the seconds: 5, 6 and 5 bits'),
  creationDate: le16(0x10, 'Years since 1980, month and day: 7, 4 and 5 bits'),
  accessDate: le16(0x12, 'The same'),
  firstClusterHigh: le16(0x14, 'First cluster, upper half; 0 but in FAT32'),
  writeTime: le16(0x16, 'As creationTime'),
  writeDate: le16(0x18, 'As creationDate'),
  firstClusterLow: le16(0x1a, 'First cluster, lower half; 0: the file is empty'),
  sizeBytes: le32(0x1c, 'Size; 0 for directories'),
} as const;

/**
 * A piece of a long name: "FAT Long Directory Entries". The pieces stand before the entry they belong
 * to, the last of them first.
 */
export const LONG_NAME_ENTRY = {
  order: u8(0x0, 'Which piece it is, from 1; LAST_PIECE is added to the last'),
  units1: byteField(0x1, 10, 'Units 1 to 5, in UTF-16'),
  attributes: u8(0xb, 'LONG_NAME_ATTRIBUTES'),
  kind: u8(0xc, '0'),
  checksum: u8(0xd, 'Of the short name it belongs to'),
  units2: byteField(0xe, 12, 'Units 6 to 11'),
  firstClusterLow: le16(0x1a, '0'),
  units3: byteField(0x1c, 4, 'Units 12 and 13'),
} as const;

export const DIRECTORY_ENTRY_BYTES = 32;
/** What a directory may have: 2 MiB. */
export const MAX_DIRECTORY_ENTRIES = 65_536;
export const SHORT_NAME_BYTES = 11;
export const SHORT_BASE_BYTES = 8;

export const ATTRIBUTE = {
  readOnly: 0x01,
  hidden: 0x02,
  system: 0x04,
  volumeLabel: 0x08,
  directory: 0x10,
  archive: 0x20,
} as const;

/** No file has these together, so that programs that know no long names pass over the pieces. */
export const LONG_NAME_ATTRIBUTES = 0x0f;
/** The attributes that {@link LONG_NAME_ATTRIBUTES} are looked for among. */
export const LONG_NAME_MASK = 0x3f;

/** A short name is shown in lower case: its base, its extension. */
export const LOWER_CASE = { base: 0x08, extension: 0x10 } as const;

export const LAST_PIECE = 0x40;
export const UNITS_PER_PIECE = 13;
export const MAX_NAME_UNITS = 255;
export const MAX_PIECES = 20;

/** First bytes of names with a meaning of their own. */
export const NAME_MARK = {
  /** Neither this entry nor any after it is in use. */
  end: 0x00,
  deleted: 0xe5,
  /** Stands for 0xe5 in a name that begins so. */
  e5: 0x05,
} as const;
