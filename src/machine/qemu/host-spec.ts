import type { Architecture } from '../../artifacts/architectures.js';

export const ACCELERATOR_NAMES = ['tcg', 'kvm', 'hvf'] as const;
/** TCG emulates the processor; KVM (Linux) and HVF (macOS) let the host's run the guest. */
export type AcceleratorName = (typeof ACCELERATOR_NAMES)[number];

/** What a machine runs with. */
export interface ResolvedAccel {
  readonly name: AcceleratorName;
  readonly options?: string | undefined;
  /** Why `auto` fell back to emulation: one line for the user. */
  readonly note?: string | undefined;
}

/** Whether an accelerator works on this host. */
export type AcceleratorVerdict =
  | {
      readonly usable: true;
      /** Properties for QEMU's `-accel` without which machines say nothing. */
      readonly options?: string | undefined;
    }
  | { readonly usable: false; readonly reason: string };

/** The part of a machine that is the same whatever is booted on it. */
export interface HostSpec {
  readonly arch: Architecture;
  /** Path of the QEMU program. */
  readonly qemu: string;
  /** Path of setpriv(1), where it is to end QEMU even if zosia is killed outright. */
  readonly setpriv?: string | undefined;
  /** Whether QEMU can confine itself with seccomp. */
  readonly sandbox: boolean;
  /** Whether QEMU can end with the process that started it. */
  readonly exitWithParent: boolean;
  readonly ramMiB: number;
  readonly cpus: number;
  readonly accel: ResolvedAccel;
  readonly cpuModel: string;
  /** The machine type, by the version of QEMU that it is of; that of the QEMU at hand unless given. */
  readonly machineType?: string | undefined;
  /** Where its RAM lies; in QEMU's own memory unless given. */
  readonly memory?: MemoryFile | undefined;
  /** What becomes of the machine if it says nothing; without it, it may be silent for ever. */
  readonly onSilence?: SilencePlan | undefined;
  /** What a user should know about its size, a line each. */
  readonly notes?: readonly string[] | undefined;
}

/** A file that is a machine's RAM, byte for byte. QEMU makes it, sparse, where there is none. */
export interface MemoryFile {
  readonly path: string;
  /** Whether what the guest writes goes to the file; else the file stays as it is, and is only read. */
  readonly isShared: boolean;
}

/**
 * What becomes of a machine that says nothing. The probe of an accelerator is a program without interrupts
 * on one processor: that an interrupt controller does not work, it cannot see.
 */
export interface SilencePlan {
  /** The CPU model for TCG; undefined where an accelerator was asked for by name, and must work. */
  readonly emulatedCpuModel: string | undefined;
  /** Keeps what has been found out for the machines to come. */
  readonly remember: (verdict: AcceleratorVerdict) => Promise<void>;
  /** 15 unless given. */
  readonly seconds?: number | undefined;
}

/** Where the guest's serial console goes. */
export type ConsoleTarget =
  /** QEMU's standard input and output. */
  | { readonly to: 'stdio' }
  /** A file that is only written. */
  | { readonly to: 'file'; readonly path: string }
  /** Whatever QEMU's `-serial` takes; QEMU then has the terminal to itself. */
  | { readonly to: 'backend'; readonly backend: string };

/** A disk that a machine only reads. */
export interface MachineDisk {
  readonly path: string;
  readonly format: 'raw' | 'vmdk';
}
