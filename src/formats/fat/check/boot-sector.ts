import { Buffer } from 'buffer';
import { readNumber } from '../../fields.js';
import {
  BOOT_SECTOR_BYTES,
  EXTENDED_BOOT,
  EXTENDED_BOOT_OFFSET,
  FSINFO,
  FSINFO_SIGNATURES,
  FSINFO_UNKNOWN,
  MEDIA_DESCRIPTORS,
} from '../layout/boot-sector.js';
import { FAT_TYPE_FACTS } from '../layout/table.js';
import type { FatType } from '../layout/table.js';
import { isCluster } from '../reader/boot-sector.js';
import type { CheckContext } from './context.js';

/** What the boot sector says of itself, and its copy in FAT32. */
export async function checkBootSector({ volume, findings }: CheckContext): Promise<void> {
  const { source, bootSector } = volume;
  const { type, clusterCount, media, backupSector, reservedSectorCount, sectorBytes } = bootSector;
  const { minClusterCount } = FAT_TYPE_FACTS[type];
  if (clusterCount < minClusterCount) {
    // Linux, mtools and fsck.fat go by the field in the boot sector, firmware by the count.
    const message =
      `${type} has ${minClusterCount} clusters at least, this volume ${clusterCount}: ` +
      'some firmware will not read it';
    findings.warn('cluster-count', 'boot sector', message);
  }
  findings.expect(
    MEDIA_DESCRIPTORS.includes(media),
    'media',
    'boot sector',
    `the media descriptor is ${hex(media)}, which means nothing`,
  );
  if (backupSector === 0) return;
  if (backupSector >= reservedSectorCount) {
    const message = `it is to lie in sector ${backupSector}, past the reserved ones`;
    findings.add('backup-boot-sector', 'backup boot sector', message);
    return;
  }
  const original = await source.read(0, BOOT_SECTOR_BYTES);
  const backup = await source.read(backupSector * sectorBytes, BOOT_SECTOR_BYTES);
  if (Buffer.compare(original, backup) === 0) return;
  const where = 'backup boot sector';
  if (Buffer.compare(withoutLabel(original, type), withoutLabel(backup, type)) === 0) {
    findings.warn('backup-boot-sector', where, 'it has another label than the boot sector');
  } else {
    findings.add('backup-boot-sector', where, 'it differs from the boot sector');
  }
}

/** Programs that change the label leave the copy of the boot sector alone. */
function withoutLabel(bytes: Uint8Array, type: FatType): Uint8Array {
  const { offset, width } = EXTENDED_BOOT.label;
  const start = EXTENDED_BOOT_OFFSET[type] + offset;
  return Uint8Array.from(bytes).fill(0, start, start + width);
}

/** The counts of FAT32. */
export async function checkFsInfo(
  { volume, findings }: CheckContext,
  freeClusterCount: number,
): Promise<void> {
  const { source, bootSector } = volume;
  const { fsInfoSector, reservedSectorCount, sectorBytes } = bootSector;
  if (fsInfoSector === 0) return;
  if (fsInfoSector >= reservedSectorCount) {
    const message = `it is to lie in sector ${fsInfoSector}, past the reserved ones`;
    findings.add('fsinfo-place', 'FSInfo', message);
    return;
  }
  const bytes = await source.read(fsInfoSector * sectorBytes, BOOT_SECTOR_BYTES);
  const { lead, struct, trail } = FSINFO_SIGNATURES;
  const hasSignatures =
    readNumber(FSINFO.leadSignature, bytes) === lead &&
    readNumber(FSINFO.structSignature, bytes) === struct &&
    readNumber(FSINFO.trailSignature, bytes) === trail;
  if (!hasSignatures) {
    findings.add('fsinfo-signature', 'FSInfo', 'it lacks one of its signatures');
    return;
  }
  const stated = readNumber(FSINFO.freeClusterCount, bytes);
  findings.expect(
    stated === FSINFO_UNKNOWN || stated === freeClusterCount,
    'fsinfo-free',
    'FSInfo',
    `it says that ${stated} clusters are free, there are ${freeClusterCount}`,
  );
  const next = readNumber(FSINFO.nextFreeCluster, bytes);
  findings.expect(
    next === FSINFO_UNKNOWN || isCluster(bootSector, next),
    'fsinfo-next',
    'FSInfo',
    `free clusters are to be looked for from cluster ${next}, which there is not`,
  );
}

export function hex(value: number): string {
  return `0x${value.toString(16).padStart(2, '0')}`;
}
