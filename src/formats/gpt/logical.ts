import type { RandomAccess } from '../../image/random-access.js';
import { readNumber } from '../fields.js';
import type { Findings } from '../findings.js';
import { MBR, MBR_PARTITION, MBR_PARTITION_BYTES, MBR_SIGNATURE, MBR_TYPE } from './layout.js';
import { formatMbrType } from './partition.js';
import type { Partition } from './partition.js';
import { SECTOR_BYTES } from '../sector.js';

const EXTENDED_TYPES: readonly number[] = [
  MBR_TYPE.extended,
  MBR_TYPE.extendedLba,
  MBR_TYPE.linuxExtended,
];
/** Logical partitions are counted from here, after the four slots of the master boot record. */
const FIRST_LOGICAL = 5;
/** More than any partitioning program makes. A chain that is longer is cut off, and reported. */
export const MAX_LOGICAL_PARTITIONS = 256;

export function isExtendedType(type: number): boolean {
  return EXTENDED_TYPES.includes(type);
}

/**
 * The logical partitions in an extended one: a chain of boot records, each with one partition, counted
 * from that record, and the next record, counted from the start of the extended partition.
 */
export async function readLogicalPartitions(
  disk: RandomAccess,
  extended: Partition,
  findings: Findings,
): Promise<Partition[]> {
  const partitions: Partition[] = [];
  const seen = new Set<number>();
  const end = extended.offset + extended.sizeBytes;
  const where = `extended partition ${extended.number}`;
  const report = (message: string): void => {
    findings.add('partition-extended', where, message);
  };
  for (let record: number | undefined = extended.offset; record !== undefined;) {
    if (seen.has(record)) {
      report('its chain of logical partitions is a loop');
      break;
    }
    if (seen.size >= MAX_LOGICAL_PARTITIONS) {
      report(`it has more than ${MAX_LOGICAL_PARTITIONS} logical partitions`);
      break;
    }
    seen.add(record);
    const sector = await disk.read(record, SECTOR_BYTES);
    if (readNumber(MBR.signature, sector) !== MBR_SIGNATURE) {
      // An extended partition that is still empty may never have been written to.
      const isEmpty = seen.size === 1 && sector.every((byte) => byte === 0);
      if (!isEmpty) report(`there is no boot record at byte ${record}`);
      break;
    }
    let next: number | undefined;
    for (const { type, firstSector, sectorCount } of slotsOf(sector)) {
      if (type === MBR_TYPE.empty || sectorCount === 0) continue;
      if (isExtendedType(type)) {
        next ??= extended.offset + firstSector * SECTOR_BYTES;
        continue;
      }
      const number = FIRST_LOGICAL + partitions.length;
      const offset = record + firstSector * SECTOR_BYTES;
      const sizeBytes = sectorCount * SECTOR_BYTES;
      if (firstSector === 0 || offset + sizeBytes > end) {
        const message = `its ${sizeBytes} bytes from ${offset} do not lie within the extended partition`;
        findings.add('partition-place', `partition ${number}`, message);
        continue;
      }
      const partition = { number, offset, sizeBytes, type: formatMbrType(type) };
      partitions.push({ ...partition, guid: undefined, name: '' });
    }
    if (next !== undefined && next + SECTOR_BYTES > end) {
      report(`its chain leads to byte ${next}, past its end`);
      break;
    }
    record = next;
  }
  return partitions;
}

function slotsOf(sector: Uint8Array): { type: number; firstSector: number; sectorCount: number }[] {
  // The other two slots of a record in the chain mean nothing.
  return [0, 1].map((i) => {
    const at = MBR.partitions.offset + i * MBR_PARTITION_BYTES;
    return {
      type: readNumber(MBR_PARTITION.type, sector, at),
      firstSector: readNumber(MBR_PARTITION.firstSector, sector, at),
      sectorCount: readNumber(MBR_PARTITION.sectorCount, sector, at),
    };
  });
}
