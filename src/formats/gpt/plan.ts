import { Buffer } from 'buffer';
import { ZosiaError } from '../../errors.js';
import { bytesSegment, makeImage } from '../../image/image.js';
import type { Image, Segment } from '../../image/image.js';
import { formatGuid } from './guid.js';
import { deriveGuid } from './identity.js';
import { GPT_ENTRIES_SECTORS, GPT_ENTRY_COUNT, PRIMARY_HEADER_SECTOR } from './layout.js';
import { SECTOR_BYTES } from '../sector.js';
import {
  BACKUP_SECTORS,
  buildEntries,
  buildHeader,
  buildProtectiveMbr,
  FIRST_USABLE_SECTOR,
  guidBytes,
} from './writer/table.js';
import type { GptPartition, PlacedPartition, Table } from './writer/table.js';

export type { GptPartition } from './writer/table.js';

export interface GptOptions {
  /** Size of the disk instead of the smallest one: whole sectors of 512 bytes. */
  readonly sizeBytes?: number | undefined;
  /** Default: derived from `identity`. */
  readonly diskGuid?: string | undefined;
  /**
   * Whatever tells this disk from others, such as the digest of the model. Default: the names, types
   * and sizes of the partitions.
   */
  readonly identity?: Uint8Array | undefined;
}

/** A planned disk, and what was decided for it. */
export interface GptImage extends Image {
  readonly diskGuid: string;
  /** In the order in which they were given. */
  readonly partitions: readonly GptPlacedPartition[];
}

export interface GptPlacedPartition {
  readonly guid: string;
  /** On the disk, in bytes; the partition ends at a whole MiB, too. */
  readonly offset: number;
  readonly sizeBytes: number;
}

/**
 * Where partitions start and end: as every partitioning program has it, for the sake of flash, RAID and
 * encryption.
 */
export const PARTITION_ALIGNMENT_BYTES = 1 << 20;

/** Where the first partition of a disk starts, for images that must know (FAT's hidden sectors). */
export const FIRST_PARTITION_OFFSET = PARTITION_ALIGNMENT_BYTES;

/**
 * Plans a disk with a GUID partition table (UEFI Specification, "GUID Partition Table Disk Layout"):
 * protective MBR, both copies of the table, and the partitions one after the other, in whole MiB. Their contents are referred to, not copied.
 *
 * @throws ZosiaError `ZOSIA_GPT_TOO_MANY_PARTITIONS`, `ZOSIA_GPT_BAD_NAME`, `ZOSIA_GPT_BAD_GUID`,
 * `ZOSIA_GPT_EMPTY_PARTITION`, `ZOSIA_GPT_BAD_SIZE`, `ZOSIA_GPT_TOO_SMALL`
 */
export function planGpt(partitions: readonly GptPartition[], options: GptOptions = {}): GptImage {
  if (partitions.length > GPT_ENTRY_COUNT) {
    throw new ZosiaError(
      'ZOSIA_GPT_TOO_MANY_PARTITIONS',
      `a GPT has ${GPT_ENTRY_COUNT} entries; ${partitions.length} partitions are asked for`,
      { hint: 'Put several things on one partition.' },
    );
  }
  const identity = options.identity ?? describe(partitions);
  const placed = placePartitions(partitions, identity);
  const sectorCount = diskSectorCount(placed, options);
  const table: Table = {
    entries: buildEntries(placed),
    diskGuid: guidBytes(options.diskGuid ?? deriveGuid(identity, 'disk')),
    lastSector: sectorCount - 1,
  };
  const backupSector = table.lastSector;
  const entriesSector = PRIMARY_HEADER_SECTOR + 1;
  const backupEntriesSector = backupSector - GPT_ENTRIES_SECTORS;
  const primary = buildHeader(table, {
    ownSector: PRIMARY_HEADER_SECTOR,
    otherSector: backupSector,
    entriesSector,
  });
  const backup = buildHeader(table, {
    ownSector: backupSector,
    otherSector: PRIMARY_HEADER_SECTOR,
    entriesSector: backupEntriesSector,
  });
  const at = (sector: number): number => sector * SECTOR_BYTES;
  const image = makeImage(at(sectorCount), [
    bytesSegment(0, buildProtectiveMbr(sectorCount), 'protective MBR'),
    bytesSegment(at(PRIMARY_HEADER_SECTOR), primary, 'GPT header'),
    bytesSegment(at(entriesSector), table.entries, 'GPT entries'),
    ...placed.map(({ partition, firstSector }, i): Segment => ({
      offset: at(firstSector),
      length: partition.image.sizeBytes,
      source: { kind: 'image', image: partition.image, offset: 0 },
      label: partition.name || `partition ${i + 1}`,
    })),
    bytesSegment(at(backupEntriesSector), table.entries, 'backup GPT entries'),
    bytesSegment(at(backupSector), backup, 'backup GPT header'),
  ]);
  return {
    ...image,
    diskGuid: formatGuid(table.diskGuid),
    partitions: placed.map(({ guid, firstSector, lastSector }) => ({
      guid: formatGuid(guid),
      offset: at(firstSector),
      sizeBytes: at(lastSector + 1 - firstSector),
    })),
  };
}

function placePartitions(
  partitions: readonly GptPartition[],
  identity: Uint8Array,
): PlacedPartition[] {
  const alignment = PARTITION_ALIGNMENT_BYTES / SECTOR_BYTES;
  let freeSector = FIRST_USABLE_SECTOR;
  return partitions.map((partition, i) => {
    const { sizeBytes } = partition.image;
    if (sizeBytes === 0) {
      throw new ZosiaError('ZOSIA_GPT_EMPTY_PARTITION', `partition ${i + 1} is empty`, {
        hint: 'Leave it out, or give its image a size.',
      });
    }
    const firstSector = Math.ceil(freeSector / alignment) * alignment;
    freeSector = firstSector + Math.ceil(sizeBytes / PARTITION_ALIGNMENT_BYTES) * alignment;
    const { name, guid = deriveGuid(identity, 'partition', i, name) } = partition;
    return { partition, guid: guidBytes(guid), firstSector, lastSector: freeSector - 1 };
  });
}

/** @throws ZosiaError `ZOSIA_GPT_BAD_SIZE`, `ZOSIA_GPT_TOO_SMALL` */
function diskSectorCount(placed: readonly PlacedPartition[], { sizeBytes }: GptOptions): number {
  const end = (placed.at(-1)?.lastSector ?? FIRST_USABLE_SECTOR) + 1;
  const least = end + BACKUP_SECTORS;
  if (sizeBytes === undefined) return least;
  const sectorCount = sizeBytes / SECTOR_BYTES;
  if (!Number.isInteger(sectorCount) || !Number.isSafeInteger(sizeBytes) || sizeBytes < 0) {
    throw new ZosiaError('ZOSIA_GPT_BAD_SIZE', `a disk cannot have ${sizeBytes} bytes`, {
      hint: `Give a multiple of ${SECTOR_BYTES} bytes.`,
    });
  }
  if (sectorCount >= least) return sectorCount;
  const leastBytes = least * SECTOR_BYTES;
  throw new ZosiaError(
    'ZOSIA_GPT_TOO_SMALL',
    `the disk takes at least ${leastBytes} bytes, and is to have ${sizeBytes}`,
    { hint: `Give a size of ${leastBytes} bytes or more, or smaller partitions.` },
  );
}

function describe(partitions: readonly GptPartition[]): Uint8Array {
  const lines = partitions.map(({ name, typeGuid, image }) => [name, typeGuid, image.sizeBytes]);
  return Buffer.from(JSON.stringify(lines), 'utf8');
}
