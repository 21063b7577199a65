import { readBytes, readNumber } from '../../fields.js';
import type { NumberField } from '../../fields.js';
import {
  BOOT_SECTOR,
  BOOT_SECTOR_BYTES,
  BOOT_SECTOR_END,
  BOOT_SIGNATURE,
  EXTENDED_BOOT,
  EXTENDED_BOOT_OFFSET,
  EXTENDED_BOOT_SIGNATURE,
  FAT32_BOOT_SECTOR,
  FAT32_FLAGS,
} from '../layout/boot-sector.js';
import { DIRECTORY_ENTRY_BYTES } from '../layout/directory.js';
import { FAT_TYPE_FACTS, FIRST_CLUSTER } from '../layout/table.js';
import type { FatType } from '../layout/table.js';
import { decodeOem } from '../oem.js';
import { finding } from '../../findings.js';
import type { LocalFinding } from '../../findings.js';
import { labelOrNone, labelText } from './entries.js';

/** What the boot sector says, and what follows from it. Offsets are bytes from the volume's start. */
export interface FatBootSector {
  readonly type: FatType;
  readonly oemName: string;
  readonly sectorBytes: number;
  readonly clusterSizeBytes: number;
  readonly clusterCount: number;
  readonly sectorCount: number;
  readonly reservedSectorCount: number;
  readonly hiddenSectorCount: number;
  readonly media: number;
  readonly fatCount: number;
  readonly fatSectorCount: number;
  /** First of the FATs. */
  readonly fatOffset: number;
  /** The FAT that counts, from 0. */
  readonly activeFat: number;
  /** Whether all FATs are the same. */
  readonly isMirrored: boolean;
  /** 0 in FAT32. */
  readonly rootEntryCount: number;
  /** Of the root directory in FAT12 and FAT16. */
  readonly rootOffset: number;
  /** 0 in FAT12 and FAT16. */
  readonly rootCluster: number;
  /** Of the first cluster. */
  readonly heapOffset: number;
  /** 0: there is none. */
  readonly fsInfoSector: number;
  /** 0: there is none. */
  readonly backupSector: number;
  /** Undefined when the boot sector is too old to have one. */
  readonly volumeId: number | undefined;
  /** Empty when there is none. The root directory may have another, which counts more. */
  readonly label: string;
  /** The label as it stands, `NO NAME` among them; undefined: there is no field for it. */
  readonly statedLabel: string | undefined;
}

export interface ParsedBootSector {
  readonly bootSector: FatBootSector;
  readonly problems: readonly LocalFinding[];
}

const MIN_SECTOR_BYTES = 512;
const MAX_SECTOR_BYTES = 4096;
const NONE = [0, 0xffff];

const isPowerOfTwo = (value: number): boolean => value > 0 && (value & (value - 1)) === 0;

/** Whether a first sector is that of a FAT volume. */
export function isFatBootSector(bytes: Uint8Array): boolean {
  if (bytes.length < BOOT_SECTOR_BYTES) return false;
  const get = (field: NumberField): number => readNumber(field, bytes);
  const [jump] = readBytes(BOOT_SECTOR.jump, bytes);
  const sectorBytes = get(BOOT_SECTOR.sectorBytes);
  return (
    get(BOOT_SECTOR_END.signature) === BOOT_SIGNATURE &&
    (jump === 0xeb || jump === 0xe9) &&
    isPowerOfTwo(sectorBytes) &&
    sectorBytes >= MIN_SECTOR_BYTES &&
    sectorBytes <= MAX_SECTOR_BYTES &&
    isPowerOfTwo(get(BOOT_SECTOR.sectorsPerCluster)) &&
    get(BOOT_SECTOR.reservedSectorCount) > 0 &&
    get(BOOT_SECTOR.fatCount) > 0
  );
}

/**
 * Parses a sector that {@link isFatBootSector} lets pass. As in every driver, a volume without a 16-bit
 * FAT size is FAT32; of the others the number of clusters decides.
 *
 * @param volumeBytes what there is of the volume
 */
export function parseBootSector(bytes: Uint8Array, volumeBytes: number): ParsedBootSector {
  const get = (field: NumberField): number => readNumber(field, bytes);
  const sectorBytes = get(BOOT_SECTOR.sectorBytes);
  const sectorsPerCluster = get(BOOT_SECTOR.sectorsPerCluster);
  const isFat32 = get(BOOT_SECTOR.fatSectorCount16) === 0;
  const sectorCount = get(BOOT_SECTOR.sectorCount16) || get(BOOT_SECTOR.sectorCount32);
  const reservedSectorCount = get(BOOT_SECTOR.reservedSectorCount);
  const fatCount = get(BOOT_SECTOR.fatCount);
  const fatSectorCount = get(
    isFat32 ? FAT32_BOOT_SECTOR.fatSectorCount32 : BOOT_SECTOR.fatSectorCount16,
  );
  const rootEntryCount = get(BOOT_SECTOR.rootEntryCount);
  const rootSector = reservedSectorCount + fatCount * fatSectorCount;
  const rootSectorCount = Math.ceil((rootEntryCount * DIRECTORY_ENTRY_BYTES) / sectorBytes);
  const heapSector = rootSector + rootSectorCount;
  const clusterCount = Math.max(0, Math.floor((sectorCount - heapSector) / sectorsPerCluster));
  const type = isFat32 ? 'FAT32' : typeOf(clusterCount);
  const flags = isFat32 ? get(FAT32_BOOT_SECTOR.flags) : 0;
  const isMirrored = (flags & FAT32_FLAGS.oneFat) === 0;
  const sectorField = (field: NumberField): number => {
    const sector = isFat32 ? get(field) : 0;
    return NONE.includes(sector) ? 0 : sector;
  };
  const bootSector: FatBootSector = {
    type,
    sectorBytes,
    clusterCount,
    sectorCount,
    reservedSectorCount,
    fatCount,
    fatSectorCount,
    rootEntryCount,
    isMirrored,
    oemName: decodeOem(readBytes(BOOT_SECTOR.oemName, bytes)).trimEnd(),
    clusterSizeBytes: sectorsPerCluster * sectorBytes,
    hiddenSectorCount: get(BOOT_SECTOR.hiddenSectorCount),
    media: get(BOOT_SECTOR.media),
    fatOffset: reservedSectorCount * sectorBytes,
    activeFat: isMirrored ? 0 : flags & FAT32_FLAGS.activeFat,
    rootOffset: rootSector * sectorBytes,
    rootCluster: isFat32 ? get(FAT32_BOOT_SECTOR.rootCluster) : 0,
    heapOffset: heapSector * sectorBytes,
    fsInfoSector: sectorField(FAT32_BOOT_SECTOR.fsInfoSector),
    backupSector: sectorField(FAT32_BOOT_SECTOR.backupSector),
    ...parseExtended(bytes, EXTENDED_BOOT_OFFSET[type]),
  };
  return { bootSector, problems: findingsOf(bootSector, volumeBytes) };
}

function typeOf(clusterCount: number): FatType {
  return clusterCount <= FAT_TYPE_FACTS.FAT12.maxClusterCount ? 'FAT12' : 'FAT16';
}

function parseExtended(
  bytes: Uint8Array,
  offset: number,
): Pick<FatBootSector, 'volumeId' | 'label' | 'statedLabel'> {
  if (readNumber(EXTENDED_BOOT.signature, bytes, offset) !== EXTENDED_BOOT_SIGNATURE) {
    return { volumeId: undefined, label: '', statedLabel: undefined };
  }
  const statedLabel = labelText(readBytes(EXTENDED_BOOT.label, bytes, offset));
  return {
    volumeId: readNumber(EXTENDED_BOOT.volumeId, bytes, offset),
    label: labelOrNone(statedLabel),
    statedLabel,
  };
}

/** What keeps a volume from being read at all. */
function findingsOf(bootSector: FatBootSector, volumeBytes: number): LocalFinding[] {
  const { type, sectorBytes, sectorCount, clusterCount, fatSectorCount, rootCluster } = bootSector;
  const { entryBits, maxClusterCount } = FAT_TYPE_FACTS[type];
  const problems: LocalFinding[] = [];
  const sizeBytes = sectorCount * sectorBytes;
  if (sizeBytes > volumeBytes) {
    const message = `the volume has ${sizeBytes} bytes, of which there are ${volumeBytes}`;
    problems.push(finding('volume-size', message));
  }
  if (clusterCount === 0)
    problems.push(finding('cluster-count', 'there is no room for any cluster'));
  if (clusterCount > maxClusterCount) {
    const message = `${type} cannot have ${clusterCount} clusters`;
    problems.push(finding('cluster-count', message));
  }
  const tableBytes = Math.ceil(((clusterCount + FIRST_CLUSTER) * entryBits) / 8);
  if (fatSectorCount * sectorBytes < tableBytes) {
    const message = `FATs of ${fatSectorCount} sectors are too small for ${clusterCount} clusters`;
    problems.push(finding('fat-size', message));
  }
  if (bootSector.activeFat >= bootSector.fatCount) {
    const message = `FAT ${bootSector.activeFat + 1} of ${bootSector.fatCount} is to be used`;
    problems.push(finding('active-fat', message));
  }
  if (type === 'FAT32' && !isCluster(bootSector, rootCluster)) {
    problems.push(finding('root-cluster', `the root is to lie in cluster ${rootCluster}`));
  }
  return problems;
}

/** Whether a number is that of a cluster of the volume. */
export function isCluster({ clusterCount }: FatBootSector, number: number): boolean {
  return number >= FIRST_CLUSTER && number < FIRST_CLUSTER + clusterCount;
}

export function clusterOffset(bootSector: FatBootSector, cluster: number): number {
  return bootSector.heapOffset + (cluster - FIRST_CLUSTER) * bootSector.clusterSizeBytes;
}
