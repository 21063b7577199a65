import { InvalidArgumentError } from 'commander';
import { describe, expect, it } from 'vitest';
import {
  numberAtLeast,
  temperature,
  timeoutSeconds,
  wholeNumber,
} from '../../../src/cli/options/values.js';

describe('the value of an option', () => {
  it.each([
    ['1', 1],
    ['0.5', 0.5],
    ['1e3', 1000],
    ['2147483', 2147483],
  ])('accepts %j as a duration', (text, seconds) => {
    expect(timeoutSeconds(text)).toBe(seconds);
  });

  // Beyond 31 bits of milliseconds a timer would fire at once, and at 0 never.
  it.each(['0', '-0', '-1', '2147483.1', '9999999', '1e400', 'Infinity', 'NaN', '', ' ', '5 s'])(
    'rejects %j as a duration',
    (text) => {
      expect(() => timeoutSeconds(text)).toThrow(InvalidArgumentError);
      expect(() => timeoutSeconds(text)).toThrow(/above 0 .*2147483/);
    },
  );

  it('is rejected unless it is a number of at least the minimum', () => {
    expect(numberAtLeast(0)('0')).toBe(0);
    expect(numberAtLeast(0)('0.75')).toBe(0.75);
    for (const text of ['-0.1', '', 'warm', 'Infinity']) {
      expect(() => numberAtLeast(0)(text)).toThrow(/at least 0/);
    }
  });

  it('is rejected unless it is a temperature within the limits', () => {
    expect(['0', '0.7', '100'].map(temperature)).toEqual([0, 0.7, 100]);
    for (const text of ['-0.1', '100.1', '1e39', '', ' ', 'warm', 'NaN', 'Infinity']) {
      expect(() => temperature(text)).toThrow(/from 0 to 100/);
    }
  });

  it('is rejected unless it is a whole number of at least the minimum', () => {
    expect(wholeNumber(1)('1')).toBe(1);
    for (const text of ['0', '1.5', '1e3', '', '9007199254740992']) {
      expect(() => wholeNumber(1)(text)).toThrow(/whole number of at least 1/);
    }
  });
});
