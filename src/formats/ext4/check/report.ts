import type { Report } from '../../findings.js';

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
  /** Files, directories and symlinks that are encrypted: what is in them was not read. */
  readonly encryptedCount: number;
  /** Names in directories without case whose hashes were not checked: they are not all ASCII. */
  readonly unhashedNameCount: number;
  /** Whether metadata has checksums that were verified. */
  readonly hasChecksums: boolean;
  /** Problems found, those beyond `maxProblems` counted. */
  readonly problemCount: number;
}

export interface Ext4Report extends Report {
  /** Undefined when the superblock is too damaged for anything else to be found. */
  readonly summary: Ext4Summary | undefined;
}
