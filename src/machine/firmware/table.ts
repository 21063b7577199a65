import type { Architecture } from '../../artifacts/architectures.js';

/** A UEFI firmware in flash, as a system installs it: paths from its prefix, `/usr` for example. */
export interface InstalledFirmware {
  readonly arch: Architecture;
  readonly system: string;
  readonly code: string;
  readonly variables: string;
}

/**
 * Where systems have UEFI firmware without Secure Boot, for those without QEMU's firmware descriptors.
 * The first that is there is taken. Flash of 4 MiB comes before that of 2 MiB, which newer systems lack.
 */
export const INSTALLED_FIRMWARE: readonly InstalledFirmware[] = [
  {
    arch: 'x86_64',
    system: 'Debian, ovmf',
    code: 'share/OVMF/OVMF_CODE_4M.fd',
    variables: 'share/OVMF/OVMF_VARS_4M.fd',
  },
  {
    arch: 'x86_64',
    system: 'Debian up to 12, ovmf',
    code: 'share/OVMF/OVMF_CODE.fd',
    variables: 'share/OVMF/OVMF_VARS.fd',
  },
  {
    arch: 'x86_64',
    system: 'Fedora, edk2-ovmf',
    code: 'share/edk2/ovmf/OVMF_CODE.fd',
    variables: 'share/edk2/ovmf/OVMF_VARS.fd',
  },
  {
    arch: 'x86_64',
    system: 'Arch, edk2-ovmf',
    code: 'share/edk2/x64/OVMF_CODE.4m.fd',
    variables: 'share/edk2/x64/OVMF_VARS.4m.fd',
  },
  {
    arch: 'x86_64',
    system: 'Homebrew, qemu',
    code: 'share/qemu/edk2-x86_64-code.fd',
    variables: 'share/qemu/edk2-i386-vars.fd',
  },
  {
    arch: 'aarch64',
    system: 'Debian from 13, qemu-efi-aarch64',
    code: 'share/AAVMF/AAVMF_CODE.no-secboot.fd',
    variables: 'share/AAVMF/AAVMF_VARS.fd',
  },
  {
    arch: 'aarch64',
    system: 'Debian, qemu-efi-aarch64',
    code: 'share/AAVMF/AAVMF_CODE.fd',
    variables: 'share/AAVMF/AAVMF_VARS.fd',
  },
  {
    arch: 'aarch64',
    system: 'Fedora, edk2-aarch64',
    code: 'share/edk2/aarch64/QEMU_EFI-pflash.raw',
    variables: 'share/edk2/aarch64/vars-template-pflash.raw',
  },
  {
    arch: 'aarch64',
    system: 'Arch, edk2-aarch64',
    code: 'share/edk2/aarch64/QEMU_EFI.fd',
    variables: 'share/edk2/aarch64/QEMU_VARS.fd',
  },
  {
    arch: 'aarch64',
    system: 'Homebrew, qemu',
    code: 'share/qemu/edk2-aarch64-code.fd',
    variables: 'share/qemu/edk2-arm-vars.fd',
  },
];
