import { byteField, le16, le32, u8 } from '../fields.js';
import { SECTOR_BYTES } from '../sector.js';

/** The first sector of a disk (UEFI Specification, "Legacy Master Boot Record"). */
export const MBR = {
  bootCode: byteField(0x0, 440, 'Boot code; not used by UEFI'),
  diskSignature: le32(0x1b8, 'Number of the disk'),
  unknown: le16(0x1bc, 'Not used'),
  partitions: byteField(0x1be, 64, 'MBR_PARTITION_COUNT times MBR_PARTITION'),
  signature: le16(0x1fe, 'MBR_SIGNATURE'),
} as const;

/** A partition in the master boot record. */
export const MBR_PARTITION = {
  bootIndicator: u8(0x0, '0x80: boot from here; else 0'),
  firstHeadSectorCylinder: byteField(0x1, 3, 'Start, in terms of long-gone drives'),
  type: u8(0x4, 'What it holds; MBR_TYPE, 0: the slot is empty'),
  lastHeadSectorCylinder: byteField(0x5, 3, 'End, likewise'),
  firstSector: le32(0x8, 'Start'),
  sectorCount: le32(0xc, 'Length'),
} as const;

export const MBR_SIGNATURE = 0xaa55;
export const MBR_PARTITION_BYTES = 16;
export const MBR_PARTITION_COUNT = 4;
/** "Protective MBR": the disk from sector 1 to its end, or as far as old programs can count. */
export const PROTECTIVE = {
  firstHeadSectorCylinder: [0x00, 0x02, 0x00],
  lastHeadSectorCylinder: [0xff, 0xff, 0xff],
  firstSector: 1,
  maxSectorCount: 0xffff_ffff,
} as const;

export const MBR_BOOT_INDICATORS: readonly number[] = [0x00, 0x80];

export const MBR_TYPE = {
  empty: 0x00,
  extended: 0x05,
  extendedLba: 0x0f,
  linux: 0x83,
  linuxExtended: 0x85,
  /** UEFI Specification, "OS Types" of the legacy master boot record. */
  efiSystem: 0xef,
  /** Covers a disk with a GUID partition table, so that old programs leave it alone. */
  protective: 0xee,
} as const;

/** The sector of the primary GPT header; the backup lies in the last one. */
export const PRIMARY_HEADER_SECTOR = 1;

/** The GPT header (UEFI Specification, "GPT Header"). */
export const GPT_HEADER = {
  signature: byteField(0x0, 8, 'GPT_SIGNATURE'),
  revision: le32(0x8, 'GPT_REVISION'),
  headerBytes: le32(0xc, 'Bytes of this header, which its checksum covers'),
  headerChecksum: le32(0x10, 'CRC-32 of the header with zero in this field'),
  reserved: le32(0x14, '0'),
  ownSectorLow: le32(0x18, 'The sector that this header lies in, lower half'),
  ownSectorHigh: le32(0x1c, 'The same, upper half'),
  otherSectorLow: le32(0x20, 'The sector of the other header, lower half'),
  otherSectorHigh: le32(0x24, 'The same, upper half'),
  firstUsableSectorLow: le32(0x28, 'First sector that a partition may have, lower half'),
  firstUsableSectorHigh: le32(0x2c, 'The same, upper half'),
  lastUsableSectorLow: le32(0x30, 'Last sector that a partition may have, lower half'),
  lastUsableSectorHigh: le32(0x34, 'The same, upper half'),
  diskGuid: byteField(0x38, 16, 'GUID of the disk'),
  entriesSectorLow: le32(0x48, 'First sector of the partition entries, lower half'),
  entriesSectorHigh: le32(0x4c, 'The same, upper half'),
  entryCount: le32(0x50, 'Partition entries, unused ones counted'),
  entryBytes: le32(0x54, 'Bytes of an entry: 128 times a power of two'),
  entriesChecksum: le32(0x58, 'CRC-32 of all entries'),
} as const;

export const GPT_SIGNATURE = 'EFI PART';
export const GPT_REVISION = 0x0001_0000;
export const GPT_HEADER_BYTES = 92;

/** A partition (UEFI Specification, "GPT Partition Entry"). */
export const GPT_ENTRY = {
  typeGuid: byteField(0x0, 16, 'What it holds; zero: the entry is unused'),
  partitionGuid: byteField(0x10, 16, 'GUID of the partition itself'),
  firstSectorLow: le32(0x20, 'First sector, lower half'),
  firstSectorHigh: le32(0x24, 'The same, upper half'),
  lastSectorLow: le32(0x28, 'Last sector, lower half'),
  lastSectorHigh: le32(0x2c, 'The same, upper half'),
  attributesLow: le32(0x30, 'Flags, lower half'),
  attributesHigh: le32(0x34, 'The same, upper half'),
  name: byteField(0x38, 72, 'Name in UTF-16, padded with NUL'),
} as const;

export const GPT_ENTRY_BYTES = 128;
/** Entries that are written: the specification asks for 16 KiB of them. */
export const GPT_ENTRY_COUNT = 128;
/** Sectors of the entries that are written. */
export const GPT_ENTRIES_SECTORS = (GPT_ENTRY_COUNT * GPT_ENTRY_BYTES) / SECTOR_BYTES;
/** What a name has room for, in UTF-16 units. */
export const MAX_GPT_NAME_UNITS = GPT_ENTRY.name.width / 2;

/** Entries that are read; what makes tables has 128 of them. */
export const MAX_GPT_ENTRIES = 1024;
export const MAX_GPT_ENTRY_BYTES = 4096;
/** Bytes of all entries that are read, which bounds memory. */
export const MAX_GPT_ENTRIES_BYTES = 1 << 20;

export const GPT_TYPE = {
  unused: '00000000-0000-0000-0000-000000000000',
  efiSystem: 'c12a7328-f81f-11d2-ba4b-00a0c93ec93b',
  linux: '0fc63daf-8483-4772-8e79-3d69d8477de4',
  /** Ours: the partition is a GGUF, from its first byte on; what follows it, to the whole MiB, is no part of it. */
  gguf: '7a6f7369-6101-8d6f-a465-6c6767756601',
} as const;
