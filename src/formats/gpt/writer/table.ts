import { Buffer } from 'buffer';
import { ZosiaError } from '../../../errors.js';
import type { Image } from '../../../image/image.js';
import { high32, low32, writeFields } from '../../fields.js';
import { SECTOR_BYTES } from '../../sector.js';
import { crc32 } from '../crc32.js';
import { parseGuid } from '../guid.js';
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
} from '../layout.js';

/** The first sector that is neither a header nor its entries, and how many such there are at the end. */
export const FIRST_USABLE_SECTOR = PRIMARY_HEADER_SECTOR + 1 + GPT_ENTRIES_SECTORS;
export const BACKUP_SECTORS = GPT_ENTRIES_SECTORS + 1;

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

/** A partition and the sectors it got. */
export interface PlacedPartition {
  readonly partition: GptPartition;
  readonly guid: Uint8Array;
  readonly firstSector: number;
  readonly lastSector: number;
}

/** The master boot record that keeps programs that know no GPT from taking the disk for empty. */
export function buildProtectiveMbr(sectorCount: number): Uint8Array {
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

/** @throws ZosiaError `ZOSIA_GPT_BAD_NAME`, `ZOSIA_GPT_BAD_GUID` */
export function buildEntries(placed: readonly PlacedPartition[]): Uint8Array {
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

/** What both copies of the table say. */
export interface Table {
  readonly entries: Uint8Array;
  readonly diskGuid: Uint8Array;
  /** Of the disk. */
  readonly lastSector: number;
}

/** Where a copy of the table lies, in sectors. */
export interface HeaderPlace {
  readonly ownSector: number;
  /** Of the other copy's header. */
  readonly otherSector: number;
  readonly entriesSector: number;
}

export function buildHeader(
  { entries, diskGuid, lastSector }: Table,
  { ownSector, otherSector, entriesSector }: HeaderPlace,
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

/** @throws ZosiaError `ZOSIA_GPT_BAD_GUID` */
export function guidBytes(text: string): Uint8Array {
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
