import { GPT_TYPE, MBR_TYPE } from './layout.js';

/** A part of a disk. */
export interface Partition {
  /** As partitioning programs and Linux count: 1 is the first slot of the table. */
  readonly number: number;
  /** In bytes from the start of the disk. */
  readonly offset: number;
  readonly sizeBytes: number;
  /** A GUID in a GPT; two hex digits in an MBR, such as `83`. */
  readonly type: string;
  /** Undefined in an MBR. */
  readonly guid: string | undefined;
  /** Empty in an MBR. */
  readonly name: string;
}

/** Something about a table that is not as it should be, though it can be read. */
export interface PartitionFault {
  /** Stable, in kebab-case: `gpt-primary-header`. */
  readonly code: string;
  /** Which structure: `primary GPT header`, `partition 2`. */
  readonly where: string;
  readonly message: string;
}

export interface PartitionTable {
  readonly scheme: 'gpt' | 'mbr';
  /** A GUID, or the eight hex digits of an MBR. */
  readonly diskId: string;
  /** In the order of their numbers. Each lies within the disk; others became faults. */
  readonly partitions: readonly Partition[];
  readonly faults: readonly PartitionFault[];
  /** What is odd and does no harm. */
  readonly warnings: readonly PartitionFault[];
}

/** Whether firmware looks for boot programs there: an EFI system partition, by its type. */
export function isEfiSystemPartition({ type }: Partition): boolean {
  return type === GPT_TYPE.efiSystem || type === formatMbrType(MBR_TYPE.efiSystem);
}

/** The type of a partition of an MBR as {@link Partition} has it. */
export function formatMbrType(type: number): string {
  return type.toString(16).padStart(2, '0');
}

/** Partitions that share bytes with the one before them. */
export function overlapFaults(partitions: readonly Partition[]): PartitionFault[] {
  const ordered = [...partitions].sort((a, b) => a.offset - b.offset);
  const faults: PartitionFault[] = [];
  let furthest: Partition | undefined;
  for (const partition of ordered) {
    if (furthest && partition.offset < furthest.offset + furthest.sizeBytes) {
      const message = `it overlaps partition ${furthest.number}`;
      const where = `partition ${partition.number}`;
      faults.push({ code: 'partition-overlap', where, message });
    }
    const end = partition.offset + partition.sizeBytes;
    if (!furthest || end > furthest.offset + furthest.sizeBytes) furthest = partition;
  }
  return faults;
}
