import { Buffer } from 'buffer';
import { ZosiaError } from '../../errors.js';
import type { RandomAccess } from '../../image/random-access.js';
import { readBytes, readNumber } from '../fields.js';
import type { NumberField } from '../fields.js';
import type { Findings } from '../findings.js';
import { crc32 } from './crc32.js';
import { formatGuid } from './guid.js';
import {
  GPT_ENTRY,
  GPT_ENTRY_BYTES,
  GPT_HEADER,
  GPT_HEADER_BYTES,
  GPT_SIGNATURE,
  GPT_TYPE,
  MAX_GPT_ENTRIES,
  MAX_GPT_ENTRIES_BYTES,
  MAX_GPT_ENTRY_BYTES,
  PRIMARY_HEADER_SECTOR,
} from './layout.js';
import { isMbr, isProtectiveMbr, readMbr } from './mbr.js';
import { checkOverlaps, tableFindings } from './partition.js';
import type { Partition, PartitionTable } from './partition.js';
import { SECTOR_BYTES } from '../sector.js';

export type { Partition, PartitionTable } from './partition.js';

/**
 * Reads the partition table of a disk: a GPT in sectors of 512 or 4096 bytes if there is one, else an MBR.
 * A damaged primary GPT is replaced by its backup, and reported among the problems.
 *
 * @returns undefined when the disk has no table
 * @throws ZosiaError `ZOSIA_PARTITION_TABLE_CORRUPT` when neither copy of a GPT can be used
 */
export async function readPartitionTable(
  source: RandomAccess,
): Promise<PartitionTable | undefined> {
  const sectorBytes = await gptSectorBytes(source);
  if (sectorBytes !== undefined) return readGpt(source, sectorBytes);
  if (source.sizeBytes < 2 * SECTOR_BYTES) return undefined;
  const first = await source.read(0, SECTOR_BYTES);
  return isMbr(first) ? readMbr(first, source) : undefined;
}

/** The size of the sectors that a disk's GPT counts in; undefined of a disk without one. */
export async function gptSectorBytes(source: RandomAccess): Promise<number | undefined> {
  if (source.sizeBytes < 2 * SECTOR_BYTES) return undefined;
  for (const sectorBytes of SECTOR_SIZES) {
    if (await hasGptAt(source, sectorBytes)) return sectorBytes;
  }
  const first = await source.read(0, SECTOR_BYTES);
  return isProtectiveMbr(first) ? backupSectorBytes(source) : undefined;
}

/** A disk presents sectors of either size; a GPT counts in those of the disk that it was made on. */
const SECTOR_SIZES: readonly number[] = [SECTOR_BYTES, 4096];

async function hasGptAt(source: RandomAccess, sectorBytes: number): Promise<boolean> {
  const offset = PRIMARY_HEADER_SECTOR * sectorBytes;
  if (offset + SECTOR_BYTES > source.sizeBytes) return false;
  return hasGptSignature(await source.read(offset, SECTOR_BYTES));
}

/** The size of sectors by the backup alone, where the primary header is lost. */
async function backupSectorBytes(source: RandomAccess): Promise<number> {
  const { sizeBytes } = source;
  for (const sectorBytes of SECTOR_SIZES) {
    const offset = (Math.floor(sizeBytes / sectorBytes) - 1) * sectorBytes;
    if (offset <= 0) continue;
    if (hasGptSignature(await source.read(offset, SECTOR_BYTES))) return sectorBytes;
  }
  return SECTOR_BYTES;
}

/** One of the two copies: a header, and the entries it refers to. */
interface GptCopy {
  readonly diskGuid: string;
  readonly entries: Uint8Array;
  readonly entryBytes: number;
  readonly firstUsableSector: number;
  readonly lastUsableSector: number;
  /** Where it says that the other copy lies. */
  readonly otherSector: number;
}

interface Disk {
  readonly source: RandomAccess;
  readonly sectorBytes: number;
}

async function readGpt(source: RandomAccess, sectorBytes: number): Promise<PartitionTable> {
  const lastSector = Math.floor(source.sizeBytes / sectorBytes) - 1;
  const disk = { source, sectorBytes };
  const primary = await readCopy(disk, PRIMARY_HEADER_SECTOR);
  const stated = typeof primary === 'string' ? lastSector : primary.otherSector;
  // On a disk that has grown since, the backup lies where the end once was.
  const isMoved = stated < lastSector && stated > PRIMARY_HEADER_SECTOR;
  const backup = await readCopy(disk, isMoved ? stated : lastSector);
  const findings = tableFindings();
  if (isMoved && typeof backup !== 'string') {
    const message =
      `it lies in sector ${stated} (byte ${stated * sectorBytes}), not in the last one, ` +
      `${lastSector}: the disk was enlarged; "sgdisk -e" moves it to the end`;
    findings.warn('gpt-backup-place', 'backup GPT header', message);
  }
  const report = (which: string, problem: GptCopy | string): void => {
    if (typeof problem !== 'string') return;
    findings.add(`gpt-${which}-header`, `${which} GPT header`, problem);
  };
  report('primary', primary);
  report('backup', backup);
  const copy = typeof primary === 'string' ? backup : primary;
  if (typeof copy === 'string') {
    const reasons = findings.problems.map(({ message }) => message).join('; ');
    throw new ZosiaError(
      'ZOSIA_PARTITION_TABLE_CORRUPT',
      `neither copy of the partition table can be used: ${reasons}`,
      { hint: 'The image is damaged or cut short: copy or build it again.' },
    );
  }
  if (typeof primary !== 'string' && typeof backup !== 'string' && differs(primary, backup)) {
    const message = 'its partitions are others than those of the primary';
    findings.add('gpt-backup-entries', 'backup GPT header', message);
  }
  const partitions = parseEntries(copy, disk, findings);
  checkOverlaps(partitions, findings);
  const { problems, warnings } = findings;
  return { scheme: 'gpt', diskId: copy.diskGuid, partitions, problems, warnings };
}

function differs(a: GptCopy, b: GptCopy): boolean {
  return Buffer.compare(a.entries, b.entries) !== 0 || a.diskGuid !== b.diskGuid;
}

/** A copy, or what is wrong with it. */
async function readCopy({ source, sectorBytes }: Disk, sector: number): Promise<GptCopy | string> {
  const bytes = await source.read(sector * sectorBytes, SECTOR_BYTES);
  const get = (field: NumberField): number => readNumber(field, bytes);
  const wide = (low: NumberField, high: NumberField): number => get(low) + get(high) * 2 ** 32;
  if (!hasGptSignature(bytes)) return 'it lacks its signature';
  const headerBytes = get(GPT_HEADER.headerBytes);
  if (headerBytes < GPT_HEADER_BYTES || headerBytes > SECTOR_BYTES) {
    return `it says that it has ${headerBytes} bytes`;
  }
  const covered = bytes.slice(0, headerBytes);
  const { offset, width } = GPT_HEADER.headerChecksum;
  covered.fill(0, offset, offset + width);
  if (crc32(covered) !== get(GPT_HEADER.headerChecksum)) {
    return 'its checksum does not match its contents';
  }
  const ownSector = wide(GPT_HEADER.ownSectorLow, GPT_HEADER.ownSectorHigh);
  if (ownSector !== sector) return `it belongs into sector ${ownSector}, not ${sector}`;

  const entryCount = get(GPT_HEADER.entryCount);
  const entryBytes = get(GPT_HEADER.entryBytes);
  const entriesOffset =
    wide(GPT_HEADER.entriesSectorLow, GPT_HEADER.entriesSectorHigh) * sectorBytes;
  const totalBytes = entryCount * entryBytes;
  const isSound =
    entryBytes % GPT_ENTRY_BYTES === 0 &&
    entryBytes > 0 &&
    entryBytes <= MAX_GPT_ENTRY_BYTES &&
    entryCount <= MAX_GPT_ENTRIES &&
    totalBytes <= MAX_GPT_ENTRIES_BYTES &&
    entriesOffset + totalBytes <= source.sizeBytes;
  if (!isSound) return `its ${entryCount} entries of ${entryBytes} bytes are impossible`;
  const entries = await source.read(entriesOffset, totalBytes);
  if (crc32(entries) !== get(GPT_HEADER.entriesChecksum)) {
    return 'the checksum of its entries does not match them';
  }
  return {
    diskGuid: formatGuid(readBytes(GPT_HEADER.diskGuid, bytes)),
    entries,
    entryBytes,
    firstUsableSector: wide(GPT_HEADER.firstUsableSectorLow, GPT_HEADER.firstUsableSectorHigh),
    otherSector: wide(GPT_HEADER.otherSectorLow, GPT_HEADER.otherSectorHigh),
    lastUsableSector: wide(GPT_HEADER.lastUsableSectorLow, GPT_HEADER.lastUsableSectorHigh),
  };
}

function parseEntries(
  copy: GptCopy,
  { source, sectorBytes }: Disk,
  findings: Findings,
): Partition[] {
  const partitions: Partition[] = [];
  for (let at = 0, number = 1; at < copy.entries.length; at += copy.entryBytes, number++) {
    const wide = (low: NumberField, high: NumberField): number =>
      readNumber(low, copy.entries, at) + readNumber(high, copy.entries, at) * 2 ** 32;
    const type = formatGuid(readBytes(GPT_ENTRY.typeGuid, copy.entries, at));
    if (type === GPT_TYPE.unused) continue;
    const first = wide(GPT_ENTRY.firstSectorLow, GPT_ENTRY.firstSectorHigh);
    const last = wide(GPT_ENTRY.lastSectorLow, GPT_ENTRY.lastSectorHigh);
    const end = (last + 1) * sectorBytes;
    const where = `partition ${number}`;
    if (first < copy.firstUsableSector || last > copy.lastUsableSector || first > last) {
      const message = `its sectors ${first} to ${last} are not among those for partitions`;
      findings.add('partition-place', where, message);
      continue;
    }
    if (!Number.isSafeInteger(end) || end > source.sizeBytes) {
      const message = `it ends at sector ${last}, past the end of the disk`;
      findings.add('partition-place', where, message);
      continue;
    }
    partitions.push({
      number,
      offset: first * sectorBytes,
      sizeBytes: end - first * sectorBytes,
      type,
      guid: formatGuid(readBytes(GPT_ENTRY.partitionGuid, copy.entries, at)),
      name: decodeName(readBytes(GPT_ENTRY.name, copy.entries, at)),
    });
  }
  return partitions;
}

export function hasGptSignature(sector: Uint8Array): boolean {
  const signature = readBytes(GPT_HEADER.signature, sector);
  return Buffer.from(signature).toString('latin1') === GPT_SIGNATURE;
}

function decodeName(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf16le').split('\0', 1)[0]!;
}
