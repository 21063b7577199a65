import { Option } from 'commander';

/** `--base` of a command that makes a guest. */
export const baseOption = (): Option =>
  new Option(
    '--base <file>',
    'layer the guest on this root file system, cpio or tar, packed or not; buildroot: on the one fetched',
  );
