import { Findings } from '../findings.js';
import type { Report } from '../findings.js';
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

/** A table that can be read, and what is not as it should be about it. */
export interface PartitionTable extends Report {
  readonly scheme: 'gpt' | 'mbr';
  /** A GUID, or the eight hex digits of an MBR. */
  readonly diskId: string;
  /** In the order of their numbers. Each lies within the disk; others became problems. */
  readonly partitions: readonly Partition[];
}

/** Whether firmware looks for boot programs there: an EFI system partition, by its type. */
export function isEfiSystemPartition({ type }: Partition): boolean {
  return type === GPT_TYPE.efiSystem || type === formatMbrType(MBR_TYPE.efiSystem);
}

/** The type of a partition of an MBR as {@link Partition} has it. */
export function formatMbrType(type: number): string {
  return type.toString(16).padStart(2, '0');
}

/** Whether it is a GGUF, by its type: where the EFI machine looks for models that FAT has no room for. */
export function isGgufPartition({ type }: Partition): boolean {
  return type === GPT_TYPE.gguf;
}

/** Collects what is wrong with a partition table; its entries are bounded, and so are its findings. */
export function tableFindings(): Findings {
  return new Findings(Infinity, 'partition table');
}

/** Reports partitions that share bytes with the one before them. */
export function checkOverlaps(partitions: readonly Partition[], findings: Findings): void {
  const ordered = [...partitions].sort((a, b) => a.offset - b.offset);
  let furthest: Partition | undefined;
  for (const partition of ordered) {
    if (furthest && partition.offset < furthest.offset + furthest.sizeBytes) {
      const message = `it overlaps partition ${furthest.number}`;
      findings.add('partition-overlap', `partition ${partition.number}`, message);
    }
    const end = partition.offset + partition.sizeBytes;
    if (!furthest || end > furthest.offset + furthest.sizeBytes) furthest = partition;
  }
}
