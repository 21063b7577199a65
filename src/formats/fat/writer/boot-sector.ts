import { Buffer } from 'buffer';
import { writeFields } from '../../fields.js';
import type { Geometry } from './geometry.js';
import {
  BACKUP_SECTOR,
  BOOT_SECTOR,
  BOOT_SECTOR_BYTES,
  BOOT_SECTOR_END,
  BOOT_SIGNATURE,
  DRIVE_NUMBER,
  EXTENDED_BOOT,
  EXTENDED_BOOT_BYTES,
  EXTENDED_BOOT_OFFSET,
  EXTENDED_BOOT_SIGNATURE,
  FAT32_BOOT_SECTOR,
  FAT_COUNT,
  FSINFO,
  FSINFO_SECTOR,
  FSINFO_SIGNATURES,
  FSINFO_UNKNOWN,
  MEDIA,
  OEM_NAME,
} from '../layout/boot-sector.js';
import { FIRST_CLUSTER } from '../layout/table.js';
import { SECTOR_BYTES } from '../../sector.js';

export interface BootFacts {
  readonly geometry: Geometry;
  /** As encodeLabel gives it. */
  readonly label: Uint8Array;
  readonly volumeId: number;
  readonly hiddenSectorCount: number;
  /** In FAT32. */
  readonly rootCluster: number;
}

/** x86 machine code for whoever boots from here in the way of old: `cli`, `hlt`, back to `hlt`. */
const BOOT_CODE = Uint8Array.of(0xfa, 0xf4, 0xeb, 0xfd);
/** A jump over so many bytes; its own two count as passed. */
const jumpTo = (target: number): Uint8Array => Uint8Array.of(0xeb, target - 2, 0x90);

const HEAD_COUNT = 64;
const MAX_SECTORS_PER_TRACK = 32;
const MAX_16_BITS = 0xffff;

export function buildBootSector(facts: BootFacts): Uint8Array {
  const { geometry, label, volumeId, hiddenSectorCount, rootCluster } = facts;
  const { type, sectorCount, fatSectorCount } = geometry;
  const isFat32 = type === 'FAT32';
  const isSmall = !isFat32 && sectorCount <= MAX_16_BITS;
  const extendedOffset = EXTENDED_BOOT_OFFSET[type];
  const codeOffset = extendedOffset + EXTENDED_BOOT_BYTES;
  const bytes = new Uint8Array(BOOT_SECTOR_BYTES);
  writeFields(BOOT_SECTOR, bytes, 0, {
    jump: jumpTo(codeOffset),
    oemName: Buffer.from(OEM_NAME),
    sectorBytes: SECTOR_BYTES,
    sectorsPerCluster: geometry.clusterSizeBytes / SECTOR_BYTES,
    reservedSectorCount: geometry.reservedSectorCount,
    fatCount: FAT_COUNT,
    rootEntryCount: geometry.rootEntryCount,
    sectorCount16: isSmall ? sectorCount : 0,
    media: MEDIA,
    fatSectorCount16: isFat32 ? 0 : fatSectorCount,
    sectorsPerTrack: sectorsPerTrack(sectorCount),
    headCount: HEAD_COUNT,
    hiddenSectorCount,
    sectorCount32: isSmall ? 0 : sectorCount,
  });
  if (isFat32) {
    writeFields(FAT32_BOOT_SECTOR, bytes, 0, {
      fatSectorCount32: fatSectorCount,
      rootCluster,
      fsInfoSector: FSINFO_SECTOR,
      backupSector: BACKUP_SECTOR,
    });
  }
  writeFields(EXTENDED_BOOT, bytes, extendedOffset, {
    driveNumber: DRIVE_NUMBER,
    signature: EXTENDED_BOOT_SIGNATURE,
    volumeId,
    label,
    typeName: Buffer.from(type.padEnd(EXTENDED_BOOT.typeName.width)),
  });
  bytes.set(BOOT_CODE, codeOffset);
  writeFields(BOOT_SECTOR_END, bytes, 0, { signature: BOOT_SIGNATURE });
  return bytes;
}

/** The FSInfo sector of a volume whose clusters are used from the first one up. */
export function buildFsInfo({ clusterCount }: Geometry, usedClusterCount: number): Uint8Array {
  const bytes = new Uint8Array(BOOT_SECTOR_BYTES);
  const freeClusterCount = clusterCount - usedClusterCount;
  writeFields(FSINFO, bytes, 0, {
    leadSignature: FSINFO_SIGNATURES.lead,
    structSignature: FSINFO_SIGNATURES.struct,
    freeClusterCount,
    nextFreeCluster: freeClusterCount > 0 ? FIRST_CLUSTER + usedClusterCount : FSINFO_UNKNOWN,
    trailSignature: FSINFO_SIGNATURES.trail,
  });
  return bytes;
}

/** mtools refuses volumes that are not whole tracks, though no disk has had any for long. */
function sectorsPerTrack(sectorCount: number): number {
  let sectors = MAX_SECTORS_PER_TRACK;
  while (sectorCount % sectors !== 0) sectors /= 2;
  return sectors;
}
