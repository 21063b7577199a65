import { describe, expect, it } from 'vitest';
import { foldLines } from '../../src/cli/help.js';
import { CLI, zosia } from '../support/cli.js';
import { openTerminal } from '../support/terminal.js';

describe('zosia help', () => {
  it('prints the help of a command at any depth', async () => {
    for (const path of [[], ['up'], ['image', 'model']]) {
      const { stdout, exitCode } = await zosia(['help', ...path]);
      expect(exitCode).toBe(0);
      expect(stdout).toBe((await zosia([...path, '--help'])).stdout);
    }
  });

  it.each([['bogus'], ['image', 'bogus']])(
    'rejects an unknown command as wrong usage: %s',
    async (...path) => {
      const { stdout, stderr, exitCode } = await zosia(['help', ...path]);
      expect(stderr).toContain("error: unknown command 'bogus'");
      expect({ stdout, exitCode }).toEqual({ stdout: '', exitCode: 2 });
    },
  );

  it.each([
    ['image', 'imag'],
    ['model', 'image', 'modle'],
  ])('names the command that may be meant: %s', async (meant, ...path) => {
    const { stderr, exitCode } = await zosia(['help', ...path]);
    expect(stderr).toContain(`(Did you mean ${meant}?)`);
    expect(exitCode).toBe(2);
  });
});

describe('help on a narrow terminal', () => {
  it('wraps at blanks and keeps the indentation', () => {
    expect(foldLines('  one two three four\nx  y', 11)).toBe('  one two\n  three\n  four\nx  y');
    expect(foldLines('unbreakablywide', 5)).toBe('unbreakablywide');
  });

  it('is at most 40 columns wide, except for longer words', async () => {
    for (const path of [['up'], ['image', 'model'], ['perf', 'run']]) {
      const terminal = openTerminal(process.execPath, [CLI, ...path, '--help'], {
        cwd: process.cwd(),
        columns: 40,
        rows: 500,
      });
      await terminal.ended();
      const shown = await terminal.shows(/[^]*/);
      expect(shown).toContain('Usage: zosia');
      const wide = shown.split(/\r?\n/).filter((line) => line.length > 40 && /\S +\S/.test(line));
      expect(wide).toEqual([]);
    }
  });
});
