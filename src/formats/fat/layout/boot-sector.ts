import { byteField, le16, le32, u8 } from '../../fields.js';

/**
 * The first sector of a volume, up to where FAT32 parts from the others. Source, here and in the other
 * tables: Microsoft, "FAT32 File System Specification" 1.03, "Boot Sector and BPB".
 */
export const BOOT_SECTOR = {
  jump: byteField(0x0, 3, 'Jump to the boot code: EB xx 90 or E9 xx xx'),
  oemName: byteField(0x3, 8, 'OEM_NAME'),
  sectorBytes: le16(0xb, 'Bytes of a sector: 512, 1024, 2048 or 4096'),
  sectorsPerCluster: u8(0xd, 'A power of two'),
  reservedSectorCount: le16(0xe, 'Sectors before the first FAT, this one counted'),
  fatCount: u8(0x10, 'FAT_COUNT'),
  rootEntryCount: le16(0x11, 'Entries of the root directory; 0 in FAT32'),
  sectorCount16: le16(0x13, 'Sectors of the volume; 0: see sectorCount32'),
  media: u8(0x15, 'MEDIA; the lowest byte of the FAT says the same'),
  fatSectorCount16: le16(0x16, 'Sectors of a FAT; 0 in FAT32'),
  sectorsPerTrack: le16(0x18, 'Geometry, for programs that still want cylinders'),
  headCount: le16(0x1a, 'The same'),
  hiddenSectorCount: le32(0x1c, 'Sectors of the disk before the volume'),
  sectorCount32: le32(0x20, 'Sectors of the volume; 0: see sectorCount16'),
} as const;

/** What FAT32 has after that: "Boot Sector Structure for FAT32 Media". */
export const FAT32_BOOT_SECTOR = {
  fatSectorCount32: le32(0x24, 'Sectors of a FAT'),
  flags: le16(0x28, 'FAT32_FLAGS'),
  version: le16(0x2a, '0'),
  rootCluster: le32(0x2c, 'First cluster of the root directory'),
  fsInfoSector: le16(0x30, 'FSINFO_SECTOR'),
  backupSector: le16(0x32, 'BACKUP_SECTOR; 0: there is no copy'),
  reserved: byteField(0x34, 12, '0'),
} as const;

/** The end of a boot sector's fields: at EXTENDED_BOOT_OFFSET, so where the rest of them lets it be. */
export const EXTENDED_BOOT = {
  driveNumber: u8(0x0, 'For the firmware of old: 0x80 is the first disk'),
  reserved: u8(0x1, '0; some systems note here that the volume is in use'),
  signature: u8(0x2, 'EXTENDED_BOOT_SIGNATURE: the next three fields are there'),
  volumeId: le32(0x3, 'Serial number'),
  label: byteField(0x7, 11, 'Volume label, or NO_LABEL'),
  typeName: byteField(0x12, 8, '"FAT12", "FAT16" or "FAT32", for people only'),
} as const;

export const EXTENDED_BOOT_BYTES = 0x1a;
export const EXTENDED_BOOT_OFFSET = { FAT12: 0x24, FAT16: 0x24, FAT32: 0x40 } as const;

/** The last field of a boot sector, whatever lies before. */
export const BOOT_SECTOR_END = {
  signature: le16(0x1fe, 'BOOT_SIGNATURE'),
} as const;

export const BOOT_SECTOR_BYTES = 512;
export const BOOT_SIGNATURE = 0xaa55;
export const EXTENDED_BOOT_SIGNATURE = 0x29;
/** The name that the specification recommends: some systems believe only the numbers beside it. */
export const OEM_NAME = 'MSWIN4.1';
export const NO_LABEL = 'NO NAME    ';
export const FAT_COUNT = 2;
/** A fixed disk. */
export const MEDIA = 0xf8;
/** What a medium's descriptor may be; others have no meaning. */
export const MEDIA_DESCRIPTORS: readonly number[] = [
  0xf0, 0xf8, 0xf9, 0xfa, 0xfb, 0xfc, 0xfd, 0xfe, 0xff,
];
export const DRIVE_NUMBER = 0x80;

export const FAT32_FLAGS = {
  /** Which FAT counts, when only one does. */
  activeFat: 0x000f,
  /** Only one FAT is kept up to date. */
  oneFat: 0x0080,
} as const;

/** Counts that need not be counted: "FAT32 FSInfo Sector Structure and Backup Boot Sector". */
export const FSINFO = {
  leadSignature: le32(0x0, 'FSINFO_SIGNATURES.lead'),
  reserved: byteField(0x4, 480, '0'),
  structSignature: le32(0x1e4, 'FSINFO_SIGNATURES.struct'),
  freeClusterCount: le32(0x1e8, 'Free clusters, or FSINFO_UNKNOWN'),
  nextFreeCluster: le32(0x1ec, 'Where to look for a free cluster, or FSINFO_UNKNOWN'),
  reserved2: byteField(0x1f0, 12, '0'),
  trailSignature: le32(0x1fc, 'FSINFO_SIGNATURES.trail'),
} as const;

export const FSINFO_SIGNATURES = {
  lead: 0x4161_5252,
  struct: 0x6141_7272,
  trail: 0xaa55_0000,
} as const;
export const FSINFO_UNKNOWN = 0xffff_ffff;

/** Where a FAT32 volume has them; the backup is the boot sector and what follows it once more. */
export const FSINFO_SECTOR = 1;
export const BACKUP_SECTOR = 6;
/** The fewest reserved sectors: as the specification has them. */
export const RESERVED_SECTOR_COUNT = { FAT12: 1, FAT16: 1, FAT32: 32 } as const;
