import { InvalidArgumentError } from 'commander';

/** What a suffix multiplies by: powers of 1024, as in every tool that makes disks. */
const UNITS = ['', 'K', 'M', 'G', 'T'];

/** Parses a size in bytes: a whole number, and K, M, G or T for the powers of 1024. */
export function byteSize(text: string): number {
  const [, digits, unit = ''] = /^(\d+)([KMGT]?)$/i.exec(text) ?? [];
  const bytes = Number(digits) * 1024 ** UNITS.indexOf(unit.toUpperCase());
  if (!Number.isSafeInteger(bytes) || bytes === 0) {
    throw new InvalidArgumentError('Give a number of bytes, as in 5000000 or 40G.');
  }
  return bytes;
}
