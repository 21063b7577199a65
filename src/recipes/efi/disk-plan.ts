import { ZosiaError } from '../../errors.js';
import { option, wording } from '../../wording.js';
import { planFat } from '../../formats/fat/plan.js';
import type { FatEntry, FatImage, FatOptions } from '../../formats/fat/plan.js';
import { GPT_ENTRIES_SECTORS, GPT_TYPE } from '../../formats/gpt/layout.js';
import {
  FIRST_PARTITION_OFFSET,
  PARTITION_ALIGNMENT_BYTES,
  planGpt,
} from '../../formats/gpt/plan.js';
import type { Image } from '../../image/image.js';
import { SECTOR_BYTES } from '../../formats/sector.js';
import { MIB } from '../../image/units.js';

/** Whether the FAT volume is all of the disk, or a partition of it. */
export type PartitionTableKind = 'none' | 'gpt';

export interface EfiVolumeOptions {
  /** What tells the disk from others; the paths and sizes of the entries unless given. */
  readonly identity?: Uint8Array | undefined;
  /** Time of entries that have none: seconds since 1970. */
  readonly epochSeconds?: number | undefined;
  /** `none` unless given, or there are GGUFs. */
  readonly partitionTable?: PartitionTableKind | undefined;
  /**
   * GGUFs that are partitions of their own, behind the volume's; the disk then has a partition table.
   */
  readonly ggufs?: readonly GgufPartition[] | undefined;
  /** Of the disk; {@link DEFAULT_EFI_DISK_BYTES}, or more if that is too small, unless given. */
  readonly sizeBytes?: number | undefined;
}

export interface GgufPartition {
  /** In the partition table. */
  readonly name: string;
  readonly image: Image;
}

/** A planned disk. */
export interface EfiDiskImage {
  readonly image: Image;
  /** The FAT volume: the disk itself, or what is in its partition. */
  readonly volume: FatImage;
}

/** The label of the volume; nothing depends on it. */
const EFI_VOLUME_LABEL = 'LLAMA2';

export const DEFAULT_EFI_DISK_BYTES = 128 * MIB;

/** The end of a disk that its backup partition table takes. */
const BACKUP_TABLE_BYTES = (GPT_ENTRIES_SECTORS + 1) * SECTOR_BYTES;

/**
 * Plans the FAT volume that firmware starts from, and the partition table round it if there is to be one.
 *
 * @throws ZosiaError `ZOSIA_EFI_DISK_TOO_SMALL`, `ZOSIA_EFI_NEEDS_TABLE`, and with codes that start with `ZOSIA_FAT_` and
 * `ZOSIA_GPT_`
 */
export function planEfiVolume(
  entries: readonly FatEntry[],
  options: EfiVolumeOptions = {},
): EfiDiskImage {
  const { epochSeconds = 0, ggufs = [] } = options;
  if (ggufs.length > 0 && options.partitionTable === 'none') throw needsTable();
  const partitionTable = ggufs.length > 0 ? 'gpt' : (options.partitionTable ?? 'none');
  const isPartition = partitionTable === 'gpt';
  const identity = options.identity ? { identity: options.identity } : {};
  const shape: FatOptions = {
    label: EFI_VOLUME_LABEL,
    ...identity,
    epochSeconds,
    esp: isPartition,
    partitionOffsetBytes: isPartition ? FIRST_PARTITION_OFFSET : 0,
  };
  const ggufBytes = ggufs.reduce((sum, { image }) => sum + wholeMib(image.sizeBytes), 0);
  const volumeDiskBytes = diskBytesFor(planFat(entries, shape).sizeBytes, partitionTable);
  const leastBytes = volumeDiskBytes + ggufBytes;
  const sizeBytes =
    options.sizeBytes ?? Math.max(DEFAULT_EFI_DISK_BYTES, wholeMib(volumeDiskBytes)) + ggufBytes;
  if (sizeBytes < leastBytes) throw tooSmall(sizeBytes, leastBytes);
  if (!isPartition) {
    const volume = planFat(entries, { ...shape, sizeBytes });
    return { image: volume, volume };
  }
  const volumeBytes = partitionBytesIn(sizeBytes) - ggufBytes;
  const volume = planFat(entries, { ...shape, sizeBytes: volumeBytes });
  const partitions = [
    { image: volume, typeGuid: GPT_TYPE.efiSystem, name: 'EFI system partition' },
    ...ggufs.map((gguf) => ({ ...gguf, typeGuid: GPT_TYPE.gguf })),
  ];
  return { image: planGpt(partitions, { sizeBytes, ...identity }), volume };
}

/** The smallest disk that has room for a volume. */
function diskBytesFor(volumeBytes: number, partitionTable: PartitionTableKind): number {
  if (partitionTable === 'none') return volumeBytes;
  return FIRST_PARTITION_OFFSET + wholeMib(volumeBytes) + BACKUP_TABLE_BYTES;
}

/** The largest partition on a disk: it starts and ends at a whole MiB. */
function partitionBytesIn(diskBytes: number): number {
  const end = diskBytes - BACKUP_TABLE_BYTES;
  const wholeEnd = Math.floor(end / PARTITION_ALIGNMENT_BYTES) * PARTITION_ALIGNMENT_BYTES;
  return wholeEnd - FIRST_PARTITION_OFFSET;
}

const wholeMib = (bytes: number): number => Math.ceil(bytes / MIB) * MIB;

function needsTable(): ZosiaError {
  return new ZosiaError(
    'ZOSIA_EFI_NEEDS_TABLE',
    'the model becomes a partition, and the disk is to have no partition table',
    {
      hint: wording`Leave ${option('partitionTable')} out, or take a model whose files have less than 4 GiB.`,
    },
  );
}

function tooSmall(sizeBytes: number, leastBytes: number): ZosiaError {
  const size = `${wholeMib(leastBytes) / MIB}M`;
  return new ZosiaError(
    'ZOSIA_EFI_DISK_TOO_SMALL',
    `the disk takes at least ${leastBytes} bytes, and is to have ${sizeBytes}`,
    {
      hint: wording`Give ${option('sizeBytes', size)} or more; without it the disk is as large as it has to be.`,
    },
  );
}
