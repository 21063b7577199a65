import { describe, expect, it } from 'vitest';
import { parseMemoryMiB } from '../../../src/workers/plan/memory-size.js';
import { parseWorkers } from '../../../src/workers/plan/worker-list.js';
import { zosiaError } from '../../support/errors.js';

describe('parseWorkers', () => {
  it('reads addresses, names, ports and memory', () => {
    const text = '192.168.1.7:50053, box,[fd00::1]:1024,[fe80::1%eth0],Big_box.lan.=1.5GiB';
    expect(parseWorkers(text)).toEqual([
      { name: '192.168.1.7:50053', host: '192.168.1.7', port: 50053, memoryMiB: undefined },
      { name: 'box', host: 'box', port: 50052, memoryMiB: undefined },
      { name: '[fd00::1]:1024', host: 'fd00::1', port: 1024, memoryMiB: undefined },
      { name: '[fe80::1%eth0]', host: 'fe80::1%eth0', port: 50052, memoryMiB: undefined },
      { name: 'Big_box.lan.', host: 'Big_box.lan.', port: 50052, memoryMiB: 1536 },
    ]);
  });

  it('takes one host twice, on two ports', () => {
    expect(parseWorkers('box:1,box:2,box')).toHaveLength(3);
  });

  it.each([
    ['box,box', /box is named twice/],
    ['box,BOX:50052', /box and BOX:50052 are the same/],
    ['box.lan,box.lan.', /the same/],
    ['[::1],[0:0:0:0:0:0:0:1]:50052', /the same/],
    ['box=1GiB,box=2GiB', /twice/],
    [Array.from({ length: 16 }, (_, index) => `box${index}`).join(','), /15 at most/],
  ])('refuses %j', (text, why) => {
    expect(() => parseWorkers(text)).toThrow(zosiaError('ZOSIA_WORKERS_INVALID'));
    expect(() => parseWorkers(text)).toThrow(why);
  });

  it.each(
    [
      [
        '',
        'a,',
        ',a',
        'a,,b',
        ':50052',
        '=16GiB',
        'a:',
        'a:0',
        'a:65536',
        'a:050',
        'a:-1',
        'a:1:2',
      ],
      [
        'a b',
        'http://a',
        'a/b',
        'user@a',
        '-a',
        'a-',
        'a..b',
        '10.0.0',
        '10.0.0.256',
        '1234',
        'bóx',
      ],
      ['[]', '[::1', '::1]', '[10.0.0.1]', '[::1]x', '[::1]:x', '[box]:1', 'x[::1]', '*'],
      ['a=', 'a=16', 'a=0MiB', 'a=GiB', 'a=-1GiB', 'a=1GiB=2GiB', 'a=16GB', 'a=1e3GiB', 'a=99TiB'],
      ['x'.repeat(64), `${'abcdefg.'.repeat(40)}lan`],
    ].flat(),
  )('refuses %j', (text) => {
    expect(() => parseWorkers(text)).toThrow(zosiaError('ZOSIA_WORKERS_INVALID'));
  });

  it.each(['fd00::1', 'fd00::1:50052', '::1'])(
    'says how an address of IPv6 is written, whose port nobody could tell: %s',
    (text) => {
      expect(() => parseWorkers(text)).toThrow(`"${text}" needs brackets`);
    },
  );
});

describe('parseMemoryMiB', () => {
  it.each([
    ['512MiB', 512],
    ['16GiB', 16384],
    ['16g', 16384],
    ['1.5G', 1536],
    ['1TiB', 1 << 20],
    ['16TiB', 1 << 24],
    ['0.001GiB', 1],
    ['1.999MiB', 1],
  ])('reads %s as %d MiB', (text, mib) => {
    expect(parseMemoryMiB(text)).toBe(mib);
  });
});
