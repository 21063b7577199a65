import type { Firmware } from '../firmware/firmware.js';
import type { MappedDisk } from '../../formats/device-mapper/table.js';
import type { ConsoleTarget, HostSpec, MachineDisk } from '../qemu/host-spec.js';

/** A machine with a Linux guest, down to the last detail: what QEMU's command line is made from. */
export interface LinuxMachineSpec extends HostSpec {
  /** Starts the kernel, which QEMU hands to it; without it QEMU starts the kernel itself. */
  readonly firmware?: Firmware | undefined;
  /** Starts the kernel in the place of the machine's usual BIOS: a name that QEMU's `-bios` knows. */
  readonly bios?: string | undefined;
  readonly kernel: string;
  readonly initrd: string;
  /** The initramfs is not the one that zosia has just built: its PID 1 may be another. */
  readonly isForeign?: true | undefined;
  /** Attached read-only. */
  readonly disk?: MachineDisk | MappedDisk | undefined;
  /** What people call the model on the disk, where its file's name does not tell. */
  readonly modelName?: string | undefined;
  /** Added to the end of the kernel command line. */
  readonly append: string;
  readonly console: ConsoleTarget;
  /** Names of serial ports whose other ends are zosia's; it then tells QEMU what to do, too. */
  readonly ports?: readonly string[] | undefined;
  /** It begins as another one was when it was saved. */
  readonly isIncoming?: true | undefined;
}
