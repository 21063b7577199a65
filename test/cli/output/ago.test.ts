import { describe, expect, it } from 'vitest';
import { ago } from '../../../src/cli/output/ago.js';

describe('ago', () => {
  it.each([
    [0, '0 seconds ago'],
    [1999, '1 second ago'],
    [59_999, '59 seconds ago'],
    [60_000, '1 minute ago'],
    [3_599_999, '59 minutes ago'],
    [3_600_000, '1 hour ago'],
    [86_400_000, '1 day ago'],
    [400 * 86_400_000, '400 days ago'],
    [-5000, '0 seconds ago'],
  ])('tells %d milliseconds in the largest unit: %s', (milliseconds, text) => {
    expect(ago(1e12 - milliseconds, 1e12)).toBe(text);
  });
});
