import type { Fault } from '../reader/fault.js';

/** Something wrong with a file system. */
export interface Ext4Problem {
  /** Stable, in kebab-case: `inode-checksum`. */
  readonly code: string;
  /** Which structure: `inode 12`, `group 3`, `superblock`. */
  readonly where: string;
  /** What is wrong with it, in one line. */
  readonly message: string;
}

export interface Ext4Summary {
  readonly blockCount: number;
  readonly usedBlockCount: number;
  readonly blockSizeBytes: number;
  readonly groupCount: number;
  readonly inodeCount: number;
  /** In use, reserved ones counted. */
  readonly usedInodeCount: number;
  readonly fileCount: number;
  readonly directoryCount: number;
  readonly symlinkCount: number;
  /** Devices, FIFOs and sockets. */
  readonly specialFileCount: number;
  /** Whether metadata has checksums that were verified. */
  readonly hasChecksums: boolean;
  /** Problems found, those beyond `maxProblems` counted. */
  readonly problemCount: number;
}

export interface Ext4Report {
  readonly problems: readonly Ext4Problem[];
  /** Undefined when the superblock is too damaged for anything else to be found. */
  readonly summary: Ext4Summary | undefined;
}

/** Collects problems; beyond a limit it only counts them, as a damaged bitmap has many. */
export class Findings {
  readonly problems: Ext4Problem[] = [];
  problemCount = 0;

  constructor(private readonly maxProblems: number) {}

  add(code: string, where: string, message: string): void {
    this.problemCount++;
    if (this.problems.length < this.maxProblems) this.problems.push({ code, where, message });
  }

  addFaults(where: string, faults: readonly Fault[]): void {
    for (const { code, message } of faults) this.add(code, where, message);
  }

  /** Adds a problem unless the condition holds. */
  expect(good: boolean, code: string, where: string, message: string): void {
    if (!good) this.add(code, where, message);
  }
}
