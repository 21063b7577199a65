/** What the guest's devices need: the disk, the answer port, and the ways virtio is attached. */
export const GUEST_MODULES = [
  'virtio_pci',
  'virtio_mmio',
  'virtio_blk',
  'virtio_console',
  'dm_mod',
] as const;
