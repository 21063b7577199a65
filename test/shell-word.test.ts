import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatCommand, shellPath } from '../src/shell-word.js';

describe('formatCommand', () => {
  it('leaves plain words unchanged and quotes the others', () => {
    expect(formatCommand(['qemu', '-cpu', 'max,sve=off', '-append', 'a b', '', "it's"])).toBe(
      `qemu -cpu max,sve=off -append 'a b' '' 'it'\\''s'`,
    );
  });

  it('returns a command that a shell splits into the same words', () => {
    const word = fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0'));
    fc.assert(
      fc.property(fc.array(word, { maxLength: 8 }), (words) => {
        const script = formatCommand(['printf', '%s\\0', ...words, 'end']);
        const printed = execFileSync('/bin/sh', ['-c', script]).toString('utf8');
        expect(printed.split('\0')).toEqual([...words, 'end', '']);
      }),
      { numRuns: 40 },
    );
  });
});

describe('shellPath', () => {
  it.each([
    ['plain.gguf', 'plain.gguf'],
    ['my model.gguf', "'my model.gguf'"],
    ['-n.gguf', './-n.gguf'],
    ['-n o.gguf', "'./-n o.gguf'"],
    ['größe.gguf', "'größe.gguf'"],
  ])('makes of %s a word that no command takes for an option: %s', (path, word) => {
    expect(shellPath(path)).toBe(word);
  });
});
