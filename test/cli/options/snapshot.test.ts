import { describe, expect, it } from 'vitest';
import { zosia } from '../../support/cli.js';

describe('--session', () => {
  it.each([
    ['--no-snapshot'],
    ['--fresh'],
    ['--prompt', 'x'],
    ['--dry-run'],
    ['--uefi'],
    ['--serial', 'stdio'],
  ])('is refused with %s, which keeps no conversation', async (...other) => {
    const { exitCode, stderr } = await zosia(['up', '--session', 'x', ...other]);
    expect(stderr).toMatch(/'--session <name>' cannot be used with option '--/);
    expect(exitCode).toBe(2);
  });
});
