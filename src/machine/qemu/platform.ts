import type { Architecture } from '../../artifacts/architectures.js';

/** What differs between the two machines that QEMU makes. */
export interface Platform {
  readonly qemuProgram: string;
  readonly machineType: string;
  /** The kernel's name of the first serial port. */
  readonly consoleDevice: string;
}

export const PLATFORMS: Readonly<Record<Architecture, Platform>> = {
  aarch64: {
    qemuProgram: 'qemu-system-aarch64',
    machineType: 'virt',
    consoleDevice: 'ttyAMA0',
  },
  x86_64: {
    qemuProgram: 'qemu-system-x86_64',
    machineType: 'q35',
    consoleDevice: 'ttyS0',
  },
};
