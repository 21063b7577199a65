import { Buffer } from 'buffer';
import { ZosiaError } from '../../errors.js';
import { bytesSegment, makeImage } from '../../image/image.js';
import type { Image, Segment } from '../../image/image.js';
import { high32, low32, writeFields } from '../fields.js';
import { crc32 } from './crc32.js';
import { formatGuid, parseGuid } from './guid.js';
import { deriveGuid } from './identity.js';
import {
  GPT_ENTRIES_SECTORS,
  GPT_ENTRY,
  GPT_ENTRY_BYTES,
  GPT_ENTRY_COUNT,
  GPT_HEADER,
  GPT_HEADER_BYTES,
  GPT_REVISION,
  GPT_SIGNATURE,
  GPT_TYPE,
  MAX_GPT_NAME_UNITS,
  MBR,
  MBR_PARTITION,
  MBR_SIGNATURE,
  MBR_TYPE,
  PRIMARY_HEADER_SECTOR,
  PROTECTIVE,
} from './layout.js';
import { SECTOR_BYTES } from '../sector.js';

/** A partition to be. */
export interface GptPartition {
  /** Its contents; the partition is as large, in whole MiB. */
  readonly image: Image;
  /** What it holds: GPT_TYPE has the usual ones. */
  readonly typeGuid: string;
  /** At most 36 UTF-16 units; may be empty. */
  readonly name: string;
  /** Default: derived from the identity of the disk, the name and the place in the table. */
  readonly guid?: string | undefined;
}

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

interface PlacedPartition {
  readonly partition: GptPartition;
  readonly guid: Uint8Array;
  readonly firstSector: number;
  readonly lastSector: number;
}

/** The first sector that is neither a header nor its entries, and how many such there are at the end. */
const FIRST_USABLE_SECTOR = PRIMARY_HEADER_SECTOR + 1 + GPT_ENTRIES_SECTORS;
const BACKUP_SECTORS = GPT_ENTRIES_SECTORS + 1;

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
  const primary = buildHeader(table, PRIMARY_HEADER_SECTOR, backupSector, entriesSector);
  const backup = buildHeader(table, backupSector, PRIMARY_HEADER_SECTOR, backupEntriesSector);
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

/** The master boot record that keeps programs that know no GPT from taking the disk for empty. */
function buildProtectiveMbr(sectorCount: number): Uint8Array {
  const bytes = new Uint8Array(SECTOR_BYTES);
  writeFields(MBR_PARTITION, bytes, MBR.partitions.offset, {
    firstHeadSectorCylinder: Uint8Array.from(PROTECTIVE.firstHeadSectorCylinder),
    type: MBR_TYPE.protective,
    lastHeadSectorCylinder: Uint8Array.from(PROTECTIVE.lastHeadSectorCylinder),
    firstSector: PROTECTIVE.firstSector,
    sectorCount: Math.min(sectorCount - PROTECTIVE.firstSector, PROTECTIVE.maxSectorCount),
  });
  writeFields(MBR, bytes, 0, { signature: MBR_SIGNATURE });
  return bytes;
}

function buildEntries(placed: readonly PlacedPartition[]): Uint8Array {
  const bytes = new Uint8Array(GPT_ENTRY_COUNT * GPT_ENTRY_BYTES);
  placed.forEach(({ partition: { typeGuid, name }, guid, firstSector, lastSector }, i) => {
    if (typeGuid === GPT_TYPE.unused) throw badGuid(typeGuid);
    writeFields(GPT_ENTRY, bytes, i * GPT_ENTRY_BYTES, {
      typeGuid: guidBytes(typeGuid),
      partitionGuid: guid,
      firstSectorLow: low32(firstSector),
      firstSectorHigh: high32(firstSector),
      lastSectorLow: low32(lastSector),
      lastSectorHigh: high32(lastSector),
      name: nameBytes(name),
    });
  });
  return bytes;
}

interface Table {
  readonly entries: Uint8Array;
  readonly diskGuid: Uint8Array;
  /** Of the disk. */
  readonly lastSector: number;
}

function buildHeader(
  { entries, diskGuid, lastSector }: Table,
  ownSector: number,
  otherSector: number,
  entriesSector: number,
): Uint8Array {
  const bytes = new Uint8Array(GPT_HEADER_BYTES);
  const lastUsableSector = lastSector - BACKUP_SECTORS;
  writeFields(GPT_HEADER, bytes, 0, {
    signature: Buffer.from(GPT_SIGNATURE),
    revision: GPT_REVISION,
    headerBytes: GPT_HEADER_BYTES,
    ownSectorLow: low32(ownSector),
    ownSectorHigh: high32(ownSector),
    otherSectorLow: low32(otherSector),
    otherSectorHigh: high32(otherSector),
    firstUsableSectorLow: FIRST_USABLE_SECTOR,
    lastUsableSectorLow: low32(lastUsableSector),
    lastUsableSectorHigh: high32(lastUsableSector),
    diskGuid,
    entriesSectorLow: low32(entriesSector),
    entriesSectorHigh: high32(entriesSector),
    entryCount: GPT_ENTRY_COUNT,
    entryBytes: GPT_ENTRY_BYTES,
    entriesChecksum: crc32(entries),
  });
  writeFields(GPT_HEADER, bytes, 0, { headerChecksum: crc32(bytes) });
  return bytes;
}

function nameBytes(name: string): Uint8Array {
  if (name.length > MAX_GPT_NAME_UNITS || /\0|\p{Cs}/u.test(name)) {
    throw new ZosiaError(
      'ZOSIA_GPT_BAD_NAME',
      `a partition cannot have the name ${JSON.stringify(name.slice(0, 100))}`,
      { hint: `A name has at most ${MAX_GPT_NAME_UNITS} UTF-16 units of valid Unicode, no NUL.` },
    );
  }
  return Buffer.from(name, 'utf16le');
}

function guidBytes(text: string): Uint8Array {
  const bytes = parseGuid(text);
  if (!bytes) throw badGuid(text);
  return bytes;
}

function badGuid(text: string): ZosiaError {
  const shown = JSON.stringify(text.slice(0, 100));
  return new ZosiaError('ZOSIA_GPT_BAD_GUID', `${shown} is no GUID for a partition or disk`, {
    hint: 'Write it like c12a7328-f81f-11d2-ba4b-00a0c93ec93b.',
  });
}

function describe(partitions: readonly GptPartition[]): Uint8Array {
  const lines = partitions.map(({ name, typeGuid, image }) => [name, typeGuid, image.sizeBytes]);
  return Buffer.from(JSON.stringify(lines), 'utf8');
}
