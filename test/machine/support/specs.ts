import type { MachineSpec } from '../../../src/machine/machine.js';

/** A plain machine, to be changed in the points that a test is about. */
export const PLAIN_SPEC: MachineSpec = {
  arch: 'aarch64',
  qemu: 'qemu-system-aarch64',
  sandbox: false,
  kernel: 'Image',
  initrd: 'initramfs.cpio.gz',
  ramMiB: 640,
  cpus: 2,
  accel: { name: 'tcg' },
  cpuModel: 'neoverse-n1',
  append: '',
  console: { to: 'stdio' },
  answerPort: false,
};
