import { Option } from 'commander';

export function allowOutsideOption(): Option {
  return new Option(
    '--allow-outside',
    'let a VMDK be made of files outside of its own folder, wherever it comes from',
  );
}
