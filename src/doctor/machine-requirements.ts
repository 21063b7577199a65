import { everywhere } from './requirement.js';
import type { Requirement } from './requirement.js';

/** MacPorts builds QEMU for the targets that are asked for. */
const QEMU_PORT = 'qemu +target_arm +target_x86_64';

/** What runs machines. */
export const MACHINE_REQUIREMENTS: readonly Requirement[] = [
  {
    programs: ['qemu-system-aarch64'],
    use: 'runs aarch64 guests',
    purposes: ['up', 'efi', 'test'],
    guest: 'aarch64',
    packages: {
      apt: 'qemu-system-arm',
      brew: 'qemu',
      dnf: 'qemu-system-aarch64',
      pacman: 'qemu-system-aarch64',
      port: QEMU_PORT,
    },
  },
  {
    programs: ['qemu-system-x86_64'],
    use: 'runs x86_64 guests',
    purposes: ['up', 'efi', 'test'],
    guest: 'x86_64',
    packages: {
      apt: 'qemu-system-x86',
      brew: 'qemu',
      dnf: 'qemu-system-x86',
      pacman: 'qemu-system-x86',
      port: QEMU_PORT,
    },
  },
  {
    firmware: 'qemu-efi-aarch64',
    use: 'UEFI firmware for aarch64 machines',
    purposes: ['efi', 'test'],
    guest: 'aarch64',
    packages: {
      apt: 'qemu-efi-aarch64',
      brew: 'qemu',
      dnf: 'edk2-aarch64',
      pacman: 'edk2-aarch64',
      port: QEMU_PORT,
    },
  },
  {
    firmware: 'ovmf',
    use: 'UEFI firmware for x86_64 machines',
    purposes: ['efi', 'test'],
    guest: 'x86_64',
    packages: { ...everywhere('edk2-ovmf'), apt: 'ovmf', brew: 'qemu', port: QEMU_PORT },
  },
  {
    programs: ['qemu-img'],
    use: 'checks disk images',
    purposes: ['test'],
    packages: { ...everywhere('qemu-img'), apt: 'qemu-utils', brew: 'qemu', port: QEMU_PORT },
  },
];
