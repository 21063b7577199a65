import { ZosiaError } from '../../errors.js';
import { FAT_TYPE_FACTS } from '../../formats/fat/layout/table.js';
import type { FatType } from '../../formats/fat/layout/table.js';
import { FatReader } from '../../formats/fat/reader/reader.js';
import { openVolume } from '../../formats/fat/reader/volume.js';
import type { Volume } from '../../formats/fat/reader/volume.js';
import type { RandomAccess } from '../../image/random-access.js';
import { withoutFiles } from '../regions.js';
import type { Region } from '../regions.js';
import { mapFat } from './map.js';

export interface FatDescription {
  readonly type: FatType;
  readonly label: string;
  /** As `1234-ABCD`; undefined when the boot sector is too old to have one. */
  readonly volumeId: string | undefined;
  /** Which system or program wrote the boot sector, by what it says itself. */
  readonly oemName: string;
  readonly state: 'clean' | 'not clean' | 'has errors';
  readonly sizeBytes: number;
  readonly sectorBytes: number;
  readonly clusterSizeBytes: number;
  readonly clusterCount: number;
  readonly freeClusterCount: number;
  readonly badClusterCount: number;
  readonly fatCount: number;
  readonly fatSizeBytes: number;
  /** Of the root directory; undefined in FAT32, where it grows as any other. */
  readonly rootEntryCount: number | undefined;
  /** The sectors of FAT32's FSInfo and of the copy of its boot sector. */
  readonly fsInfoSector: number | undefined;
  readonly backupSector: number | undefined;
  /** What firmware starts from this volume unless told otherwise: `EFI/BOOT/BOOTX64.EFI` and its like. */
  readonly bootPrograms: readonly string[];
  /** In bytes from the start of the volume, from its first to its last. */
  readonly map: readonly Region[];
}

/** @throws ZosiaError `ZOSIA_FAT_CORRUPT` */
export async function describeFat(
  source: RandomAccess,
  signal?: AbortSignal,
): Promise<FatDescription> {
  const volume = await openVolume(source);
  const { bootSector } = volume;
  const { type, oemName, sectorBytes, sectorCount, clusterSizeBytes, clusterCount } = bootSector;
  const { fatCount, fatSectorCount, rootEntryCount, fsInfoSector, backupSector } = bootSector;
  const reader = new FatReader(volume);
  const { regions, freeClusterCount, badClusterCount } = await mapFat(volume, signal);
  return {
    type,
    label: await reader.label(),
    volumeId: formatVolumeId(bootSector.volumeId),
    oemName,
    state: await stateOf(volume),
    sizeBytes: sectorCount * sectorBytes,
    sectorBytes,
    clusterSizeBytes,
    clusterCount,
    freeClusterCount,
    badClusterCount,
    fatCount,
    fatSizeBytes: fatSectorCount * sectorBytes,
    rootEntryCount: type === 'FAT32' ? undefined : rootEntryCount,
    fsInfoSector: fsInfoSector || undefined,
    backupSector: backupSector || undefined,
    bootPrograms: await findBootPrograms(reader),
    map: withoutFiles(regions),
  };
}

function formatVolumeId(volumeId: number | undefined): string | undefined {
  return volumeId?.toString(16).toUpperCase().padStart(8, '0').replace(/^.{4}/, '$&-');
}

/** The second entry of the FAT has bits for that, but not in FAT12. */
async function stateOf({ bootSector, table }: Volume): Promise<FatDescription['state']> {
  const { cleanBit, noErrorBit } = FAT_TYPE_FACTS[bootSector.type];
  const entry = await table.entry(1);
  if ((entry & noErrorBit) !== noErrorBit) return 'has errors';
  return (entry & cleanBit) === cleanBit ? 'clean' : 'not clean';
}

const BOOT_FOLDER = 'EFI/BOOT';
/** UEFI Specification, "UEFI Image Types": the names of boot programs on removable media. */
const BOOT_PROGRAM = /^BOOT(IA32|X64|ARM|AA64|RISCV32|RISCV64|LOONGARCH64)\.EFI$/i;

async function findBootPrograms(reader: FatReader): Promise<string[]> {
  const found = await reader.stat(BOOT_FOLDER).catch((error: unknown) => {
    if (error instanceof ZosiaError && error.code === 'ZOSIA_FAT_NO_SUCH_PATH') return undefined;
    throw error;
  });
  if (found?.type !== 'directory') return [];
  const names = (await reader.list(found)).filter(({ stat }) => stat.type === 'file');
  return names
    .map(({ name }) => name)
    .filter((name) => BOOT_PROGRAM.test(name))
    .sort();
}
