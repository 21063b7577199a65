import type { Report } from '../../findings.js';
import type { UnpackedInitramfs } from '../root/unpack.js';

export interface CpioSummary {
  /** What follows each other in the file, packed or not. */
  readonly partCount: number;
  /** As the kernel takes them: each ends with a trailer, but for the last. */
  readonly archiveCount: number;
  readonly memberCount: number;
  /** What unpacking leaves, by type; a file with several names counts once. */
  readonly fileCount: number;
  /** The root counted. */
  readonly directoryCount: number;
  readonly symlinkCount: number;
  /** Devices, FIFOs and sockets. */
  readonly specialFileCount: number;
  /** Members with data that nothing has a checksum of. */
  readonly unsummedCount: number;
  /** Length of what all parts unpack to. */
  readonly unpackedBytes: number;
  /** Problems found, those beyond `maxProblems` counted. */
  readonly problemCount: number;
}

export interface CpioReport extends Report {
  readonly summary: CpioSummary;
}

/** With what unpacking leaves. */
export interface UnpackedCpioReport extends CpioReport {
  readonly initramfs: UnpackedInitramfs;
}
