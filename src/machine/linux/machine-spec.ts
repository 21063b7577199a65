import type { Architecture } from '../../artifacts/architectures.js';
import type { ResolvedAccel } from '../accelerator/accelerator.js';

/** Where the guest's serial console goes. */
export type ConsoleTarget =
  /** QEMU's standard input and output. */
  | { readonly to: 'stdio' }
  /** A file that is only written. */
  | { readonly to: 'file'; readonly path: string }
  /** Whatever QEMU's `-serial` takes; QEMU then has the terminal to itself. */
  | { readonly to: 'backend'; readonly backend: string };

export interface MachineDisk {
  readonly path: string;
  readonly format: 'raw' | 'vmdk';
}

/** A machine, down to the last detail: what QEMU's command line is made from. */
export interface MachineSpec {
  readonly arch: Architecture;
  /** Path of the QEMU program. */
  readonly qemu: string;
  /** Whether QEMU can confine itself with seccomp. */
  readonly sandbox: boolean;
  readonly kernel: string;
  readonly initrd: string;
  /** Attached read-only. */
  readonly disk?: MachineDisk;
  readonly ramMiB: number;
  readonly cpus: number;
  readonly accel: ResolvedAccel;
  readonly cpuModel: string;
  /** Added to the end of the kernel command line. */
  readonly append: string;
  readonly console: ConsoleTarget;
  /** Whether there is a port that carries a one-shot's answer, and nothing else, to QEMU's stdout. */
  readonly answerPort: boolean;
}
