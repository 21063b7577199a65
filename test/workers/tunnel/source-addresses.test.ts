import { describe, expect, it } from 'vitest';
import {
  LOOPBACK_RANGES,
  allowedSources,
  plainAddress,
} from '../../../src/workers/tunnel/source-addresses.js';
import { zosiaError } from '../../support/errors.js';

describe('allowedSources', () => {
  it.each([
    { range: '10.0.0.0/8', inside: ['10.0.0.0', '10.255.255.255'], outside: ['11.0.0.0', '::1'] },
    { range: '192.168.1.7', inside: ['192.168.1.7'], outside: ['192.168.1.6', '192.168.1.8'] },
    { range: '192.168.1.6/31', inside: ['192.168.1.7'], outside: ['192.168.1.8'] },
    { range: '0.0.0.0/0', inside: ['203.0.113.9'], outside: ['2001:db8::1'] },
    { range: 'fd00::/8', inside: ['fd12:3456::1'], outside: ['fe80::1', '10.0.0.1'] },
    { range: '2001:db8::1', inside: ['2001:db8:0:0::1'], outside: ['2001:db8::2'] },
    { range: '::/0', inside: ['2001:db8::1'], outside: ['203.0.113.9'] },
    { range: 'fe80::/10', inside: ['fe80::1%eth0', 'febf::1'], outside: ['fec0::1'] },
  ])('of $range has $inside, not $outside', ({ range, inside, outside }) => {
    const isAllowed = allowedSources([range]);
    expect(inside.map(isAllowed)).toEqual(inside.map(() => true));
    expect(outside.map(isAllowed)).toEqual(outside.map(() => false));
  });

  it('knows an address of IPv4 that a socket of IPv6 has taken', () => {
    const isAllowed = allowedSources(['10.1.0.0/16']);
    expect(isAllowed('::ffff:10.1.2.3')).toBe(true);
    expect(isAllowed('::FFFF:10.2.2.3')).toBe(false);
  });

  it('takes any of several ranges, and of none nothing', () => {
    const isAllowed = allowedSources([...LOOPBACK_RANGES, '10.0.0.0/8']);
    expect(['127.0.0.1', '::1', '10.9.9.9', '9.9.9.9'].map(isAllowed)).toEqual([
      true,
      true,
      true,
      false,
    ]);
    expect(allowedSources([])('127.0.0.1')).toBe(false);
  });

  it.each(['', 'localhost', '10.0.0', '::ffff:999.0.0.1'])('has no %j', (address) => {
    expect(allowedSources(['0.0.0.0/0', '::/0'])(address)).toBe(false);
  });

  it.each(
    [
      ['', '10.0.0', '10.0.0.0/', '10.0.0.0/33', '10.0.0.0/08', '10.0.0.0/-1', '10.0.0.0/8/8'],
      ['::/129', 'fe80::1%eth0', 'example.org', '10.0.0.0/255.0.0.0', ' 10.0.0.0/8', '010.0.0.0/8'],
      // Somebody means either this address, or the whole range.
      [
        '10.1.2.3/8',
        'fd00::1/8',
        '0.0.0.1/0',
        '2001:db8:0:0:0:0:0:8000/112',
        '::ffff:10.0.0.1/120',
      ],
    ].flat(),
  )('refuses the range %j', (range) => {
    expect(() => allowedSources([range])).toThrow(zosiaError('ZOSIA_WORKER_ALLOW_INVALID'));
  });
});

describe('plainAddress', () => {
  it.each([
    ['::ffff:10.0.0.1', '10.0.0.1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['10.0.0.1', '10.0.0.1'],
    ['::1', '::1'],
  ])('makes %s %s', (address, plain) => {
    expect(plainAddress(address)).toBe(plain);
  });
});
