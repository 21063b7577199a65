import type { Architecture } from '../../artifacts/architectures.js';

/** What differs between the two machines that QEMU makes. */
export interface Platform {
  readonly qemuProgram: string;
  readonly machineType: string;
  /** Of the names that machine types of one version of QEMU have, what stands before the version. */
  readonly versionedMachine: string;
  /** The kernel's name of the first serial port. */
  readonly consoleDevice: string;
}

export const PLATFORMS: Readonly<Record<Architecture, Platform>> = {
  aarch64: {
    qemuProgram: 'qemu-system-aarch64',
    machineType: 'virt',
    versionedMachine: 'virt',
    consoleDevice: 'ttyAMA0',
  },
  x86_64: {
    qemuProgram: 'qemu-system-x86_64',
    machineType: 'q35',
    versionedMachine: 'pc-q35',
    consoleDevice: 'ttyS0',
  },
};

/** The machine type as a QEMU of a version has it: later ones have it, too. */
export const versionedMachineType = (
  arch: Architecture,
  [major, minor]: readonly [number, number],
): string => `${PLATFORMS[arch].versionedMachine}-${major}.${minor}`;
