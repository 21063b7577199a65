import type { PageRange } from './data.js';

const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** A number of bytes in the unit that suits it: `1.0 MiB`; below 1024 `512 bytes`. */
export function sizeText(bytes: number): string {
  let unit = 0;
  let value = bytes;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  if (unit === 0) return bytes === 1 ? '1 byte' : `${bytes} bytes`;
  return `${value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]!}`;
}

/** A whole number in groups of three digits. */
export function countText(number: number): string {
  return String(number).replace(/\B(?=(\d{3})+$)/g, '\u202f');
}

/** A number of bytes, in its unit and exactly. */
export function exactText(bytes: number): string {
  return bytes < 1024 ? sizeText(bytes) : `${sizeText(bytes)} (${countText(bytes)} bytes)`;
}

/** An offset, in decimal and hexadecimal digits. */
export const offsetText = (offset: number): string =>
  `${countText(offset)} (0x${offset.toString(16)})`;

/** A share of a whole, in percent. */
export function shareText(part: number, whole: number): string {
  const percent = (part / whole) * 100;
  if (percent >= 99.95 && part < whole) return 'over 99.9%';
  if (percent < 0.01) return 'under 0.01%';
  return `${percent >= 10 ? percent.toFixed(1) : percent.toFixed(2)}%`;
}

/** What a range is called where there is little room. */
export const titleOf = ({ name, what }: PageRange): string => name || what;

/** What a range is called where it has to be told from all others. */
export const fullTitleOf = ({ name, what }: PageRange): string => (name ? `${what} ${name}` : what);
