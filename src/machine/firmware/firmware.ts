import { option } from '../../wording.js';
import type { OptionName } from '../../wording.js';
/** How a file stands for a flash chip. */
export const FLASH_FORMATS = ['raw', 'qcow2'] as const;

export interface FirmwareFile {
  readonly path: string;
  readonly format: (typeof FLASH_FORMATS)[number];
}

/** UEFI firmware for a machine. */
export interface Firmware {
  readonly code: FirmwareFile;
  /**
   * What its store of variables starts out as. Without it the code is given to QEMU as `-bios`, and the
   * variables are in memory.
   */
  readonly variables?: FirmwareFile | undefined;
  /** Whether the user has named it, and may have named the wrong one. */
  readonly isNamed?: true | undefined;
}

/** The option that may be to blame when a machine with this firmware does nothing. */
export const suspectOf = ({ isNamed }: Firmware): OptionName | undefined =>
  isNamed ? option('firmware') : undefined;
