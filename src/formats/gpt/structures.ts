import type { RandomAccess } from '../../image/random-access.js';
import { readNumber } from '../fields.js';
import type { NumberField } from '../fields.js';
import { GPT_HEADER, MAX_GPT_ENTRIES_BYTES, PRIMARY_HEADER_SECTOR } from './layout.js';
import { gptSectorBytes, hasGptSignature } from './reader.js';
import { SECTOR_BYTES } from '../sector.js';

/** A run of bytes of a disk that its partition table takes. */
export interface TableStructure {
  /** In bytes from the start of the disk. */
  readonly offset: number;
  readonly length: number;
  readonly what: string;
}

/**
 * Where the partition table of a disk lies: the master boot record, and of a GPT each header that is
 * there, and the entries it refers to as far as they can be there. Nothing is checked.
 */
export async function tableStructures(source: RandomAccess): Promise<TableStructure[]> {
  const sectorBytes = await gptSectorBytes(source);
  const what = sectorBytes === undefined ? 'master boot record' : 'protective MBR';
  const structures: TableStructure[] = [{ offset: 0, length: SECTOR_BYTES, what }];
  if (sectorBytes === undefined) return structures;
  const disk = { source, sectorBytes };
  const lastSector = Math.floor(source.sizeBytes / sectorBytes) - 1;
  const primary = await addCopy(disk, PRIMARY_HEADER_SECTOR, 'primary', structures);
  const moved = primary !== undefined && primary > PRIMARY_HEADER_SECTOR && primary < lastSector;
  await addCopy(disk, moved ? primary : lastSector, 'backup', structures);
  return structures;
}

interface Disk {
  readonly source: RandomAccess;
  readonly sectorBytes: number;
}

/** @returns the sector in which the header says that the other copy lies; undefined: there is none */
async function addCopy(
  { source, sectorBytes }: Disk,
  sector: number,
  which: string,
  structures: TableStructure[],
): Promise<number | undefined> {
  const offset = sector * sectorBytes;
  if (offset + SECTOR_BYTES > source.sizeBytes) return undefined;
  const bytes = await source.read(offset, SECTOR_BYTES);
  if (!hasGptSignature(bytes)) return undefined;
  const get = (field: NumberField): number => readNumber(field, bytes);
  const wide = (low: NumberField, high: NumberField): number => get(low) + get(high) * 2 ** 32;
  structures.push({ offset, length: sectorBytes, what: `${which} GPT header` });
  const entriesOffset =
    wide(GPT_HEADER.entriesSectorLow, GPT_HEADER.entriesSectorHigh) * sectorBytes;
  const length = get(GPT_HEADER.entryCount) * get(GPT_HEADER.entryBytes);
  if (length <= MAX_GPT_ENTRIES_BYTES && length > 0 && entriesOffset + length <= source.sizeBytes) {
    structures.push({ offset: entriesOffset, length, what: `${which} partition entries` });
  }
  return wide(GPT_HEADER.otherSectorLow, GPT_HEADER.otherSectorHigh);
}
