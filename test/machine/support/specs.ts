import type { EfiMachineSpec, LinuxMachineSpec } from '../../../src/machine/machine.js';

/** A plain machine, to be changed in the points that a test is about. */
export const PLAIN_SPEC: LinuxMachineSpec = {
  arch: 'aarch64',
  qemu: 'qemu-system-aarch64',
  sandbox: false,
  exitWithParent: false,
  kernel: 'Image',
  initrd: 'initramfs.cpio',
  ramMiB: 640,
  cpus: 2,
  accel: { name: 'tcg' },
  cpuModel: 'neoverse-n1',
  append: '',
  console: { to: 'stdio' },
};

/** A plain machine that boots a UEFI application. */
export const EFI_SPEC: EfiMachineSpec = {
  arch: 'x86_64',
  qemu: 'qemu-system-x86_64',
  sandbox: false,
  exitWithParent: false,
  ramMiB: 512,
  cpus: 2,
  accel: { name: 'tcg' },
  cpuModel: 'qemu64,+rdrand',
  firmware: {
    code: { path: '/fw/code.fd', format: 'raw' },
    variables: { path: '/fw/vars.fd', format: 'raw' },
  },
  disk: { path: 'llama2-disk.img', format: 'raw' },
  console: { to: 'stdio' },
  screen: { on: 'nothing' },
  isControlled: false,
};
