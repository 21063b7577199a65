import type { ConsoleTarget, HostSpec, MachineDisk } from '../qemu/host-spec.js';
import type { Firmware } from '../firmware/firmware.js';

/** What the firmware shows its screen on. */
export type EfiScreen =
  /** No screen: the console is the serial port alone. */
  | { readonly on: 'nothing' }
  /** A screen that nobody sees, but pictures can be taken of. */
  | { readonly on: 'memory' }
  /** A window; `display` is QEMU's `-display`. */
  | { readonly on: 'window'; readonly display: string };

/** A machine that boots a UEFI application, down to the last detail. */
export interface EfiMachineSpec extends HostSpec {
  readonly firmware: Firmware;
  /** The disk with the application; attached read-only. */
  readonly disk: MachineDisk;
  readonly console: ConsoleTarget;
  readonly screen: EfiScreen;
  /** Whether zosia talks to QEMU itself, by QMP on a socket that is its file descriptor 3. */
  readonly isControlled: boolean;
  /** Where QEMU writes what the guest does wrong. */
  readonly debugLog?: string | undefined;
}
