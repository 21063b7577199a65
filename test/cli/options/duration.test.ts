import { InvalidArgumentError } from 'commander';
import { describe, expect, it } from 'vitest';
import { duration } from '../../../src/cli/options/duration.js';

describe('a length of time', () => {
  it.each([
    ['0', 0],
    ['0s', 0],
    ['250ms', 250],
    ['90s', 90_000],
    ['1.5s', 1500],
    ['5m', 300_000],
    ['1h', 3_600_000],
    ['24d', 24 * 86_400_000],
    ['2147483647ms', 2 ** 31 - 1],
  ])('%s is %d ms', (text, ms) => {
    expect(duration(text)).toBe(ms);
  });

  // Beyond 31 bits of milliseconds a timer would fire at once.
  it.each([
    '5',
    '',
    ' ',
    's',
    '-1s',
    '1 s',
    '1S',
    '1e3s',
    '.5s',
    '5w',
    '25d',
    '2147483648ms',
    '1h30m',
  ])('cannot be %j', (text) => {
    expect(() => duration(text)).toThrow(InvalidArgumentError);
    expect(() => duration(text)).toThrow(/90s, 5m or 1h: at most 24 days/);
  });
});
