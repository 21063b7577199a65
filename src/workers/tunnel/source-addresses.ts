import { BlockList, isIP } from 'node:net';
import { ZosiaError } from '../../errors.js';
import { option, wording } from '../../wording.js';

/** What only this host has. */
export const LOOPBACK_RANGES: readonly string[] = ['127.0.0.0/8', '::1/128'];

const BITS = { 4: 32, 6: 128 } as const;
const FAMILY = { 4: 'ipv4', 6: 'ipv6' } as const;

/**
 * Whether connections from an address are taken.
 *
 * @param ranges addresses, and ranges of them as `10.0.0.0/8` (CIDR)
 * @throws ZosiaError `ZOSIA_WORKER_ALLOW_INVALID`
 */
export function allowedSources(ranges: readonly string[]): (address: string) => boolean {
  // One list of both would have addresses of IPv4 in ranges of IPv6, too: 10.0.0.1 in ::/0.
  const lists = { 4: new BlockList(), 6: new BlockList() };
  for (const range of ranges) add(lists, range);
  return (address) => {
    const plain = plainAddress(address);
    const version = versionOf(plain);
    return version !== undefined && lists[version].check(plain, FAMILY[version]);
  };
}

function versionOf(address: string): 4 | 6 | undefined {
  const version = isIP(address);
  return version === 4 || version === 6 ? version : undefined;
}

/** Without a zone (`%eth0`), and IPv4 as such where a socket of IPv6 has taken it (`::ffff:10.0.0.1`). */
export function plainAddress(address: string): string {
  const [withoutZone = ''] = address.split('%');
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(withoutZone)?.[1] ?? withoutZone;
}

function add(lists: Readonly<Record<4 | 6, BlockList>>, range: string): void {
  const [address = '', prefix, ...others] = range.split('/');
  const version = versionOf(address);
  if (version === undefined || address.includes('%') || others.length > 0) {
    throw invalid(range, 'is no address, nor a range of them');
  }
  const bits = BITS[version];
  if (prefix === undefined) {
    lists[version].addAddress(address, FAMILY[version]);
    return;
  }
  const length = Number(prefix);
  if (!/^(?:0|[1-9]\d{0,2})$/.test(prefix) || length > bits) {
    throw invalid(range, `ends in no length from 0 to ${bits}`);
  }
  // Who writes 10.1.2.3/8 may mean that address alone.
  if (!isFirstOfRange(address, version, length)) {
    throw invalid(
      range,
      `does not begin its range: ${address} alone is ${address}/${bits}, the range begins with zeros after ${length} bits`,
    );
  }
  lists[version].addSubnet(address, length, FAMILY[version]);
}

/** Whether all bits after the first `length` are 0. */
function isFirstOfRange(address: string, version: 4 | 6, length: number): boolean {
  return !bitsOf(address, version).slice(length).includes('1');
}

/** An address as a text of zeros and ones. */
function bitsOf(address: string, version: 4 | 6): string {
  return version === 4
    ? address
        .split('.')
        .map((part) => binary(Number(part), 8))
        .join('')
    : groupsOf(address)
        .map((part) => binary(part, 16))
        .join('');
}

const binary = (value: number, digits: number): string => value.toString(2).padStart(digits, '0');

/** The eight numbers of an address of IPv6. */
function groupsOf(address: string): number[] {
  // In a URL it is written in one way only, without dots.
  const { hostname } = new URL(`http://[${address}]`);
  const [head = '', tail] = hostname.slice(1, -1).split('::');
  const numbers = (text: string): number[] =>
    text === '' ? [] : text.split(':').map((part) => Number.parseInt(part, 16));
  const [before, after] = [numbers(head), numbers(tail ?? '')];
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => 0);
  return [...before, ...zeros, ...after];
}

const invalid = (range: string, what: string): ZosiaError =>
  new ZosiaError('ZOSIA_WORKER_ALLOW_INVALID', `${JSON.stringify(range)} ${what}`, {
    hint: wording`Give addresses that may connect, as in ${option('allow', '192.168.1.0/24')}.`,
  });
