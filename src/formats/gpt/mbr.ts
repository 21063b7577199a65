import type { RandomAccess } from '../../image/random-access.js';
import { readNumber } from '../fields.js';
import {
  MBR,
  MBR_BOOT_INDICATORS,
  MBR_PARTITION,
  MBR_PARTITION_BYTES,
  MBR_PARTITION_COUNT,
  MBR_SIGNATURE,
  MBR_TYPE,
} from './layout.js';
import { isExtendedType, readLogicalPartitions } from './logical.js';
import { checkOverlaps, formatMbrType, tableFindings } from './partition.js';
import type { Partition, PartitionTable } from './partition.js';
import { SECTOR_BYTES } from '../sector.js';

/** Whether a first sector is that of a partitioned disk, rather than boot code or anything else. */
export function isMbr(sector: Uint8Array): boolean {
  if (readNumber(MBR.signature, sector) !== MBR_SIGNATURE) return false;
  const slots = slotOffsets();
  const isUsed = (at: number): boolean => readNumber(MBR_PARTITION.type, sector, at) !== 0;
  return (
    slots.some(isUsed) &&
    slots.every((at) =>
      MBR_BOOT_INDICATORS.includes(readNumber(MBR_PARTITION.bootIndicator, sector, at)),
    )
  );
}

/** Whether the sector says that the real table is a GPT. */
export function isProtectiveMbr(sector: Uint8Array): boolean {
  const types = slotOffsets().map((at) => readNumber(MBR_PARTITION.type, sector, at));
  return isMbr(sector) && types.includes(MBR_TYPE.protective);
}

/** The partitions of a master boot record, primary and logical. */
export async function readMbr(sector: Uint8Array, disk: RandomAccess): Promise<PartitionTable> {
  const extended: Partition[] = [];
  const partitions: Partition[] = [];
  const findings = tableFindings();
  slotOffsets().forEach((at, i) => {
    const type = readNumber(MBR_PARTITION.type, sector, at);
    if (type === MBR_TYPE.empty) return;
    const where = `partition ${i + 1}`;
    const offset = readNumber(MBR_PARTITION.firstSector, sector, at) * SECTOR_BYTES;
    const sizeBytes = readNumber(MBR_PARTITION.sectorCount, sector, at) * SECTOR_BYTES;
    if (offset === 0 || sizeBytes === 0 || offset + sizeBytes > disk.sizeBytes) {
      const message = `its ${sizeBytes} bytes from ${offset} do not lie within the disk`;
      findings.add('partition-place', where, message);
      return;
    }
    const place = { number: i + 1, offset, sizeBytes, type: formatMbrType(type) };
    partitions.push({ ...place, guid: undefined, name: '' });
    if (isExtendedType(type)) extended.push(partitions.at(-1)!);
  });
  checkOverlaps(partitions, findings);
  const [first, ...others] = extended;
  if (first) {
    const logical = await readLogicalPartitions(disk, first, findings);
    checkOverlaps(logical, findings);
    partitions.push(...logical);
  }
  for (const { number } of others) {
    const message = 'it is a second extended partition, which no system looks into';
    findings.add('partition-extended', `partition ${number}`, message);
  }
  const diskId = readNumber(MBR.diskSignature, sector).toString(16).padStart(8, '0');
  const { problems, warnings } = findings;
  return { scheme: 'mbr', diskId, partitions, problems, warnings };
}

function slotOffsets(): number[] {
  const { offset } = MBR.partitions;
  return Array.from({ length: MBR_PARTITION_COUNT }, (_, i) => offset + i * MBR_PARTITION_BYTES);
}
