import { describe, expect, it } from 'vitest';
import {
  systemdArgument,
  systemdAssignment,
  systemdProgram,
} from '../../../src/serve/service/systemd-quoting.js';

describe('systemdArgument', () => {
  it.each([
    ['plain', '"plain"'],
    ['', '""'],
    ['two words', '"two words"'],
    [';', '";"'],
    ['%h', '"%%h"'],
    ['$HOME ${HOME} $$', '"$$HOME $${HOME} $$$$"'],
    ['say "it\'s"', '"say \\"it\'s\\""'],
    ['C:\\n', '"C:\\\\n"'],
    ['a\nb\tc\rd', '"a\\nb\\tc\\rd"'],
    ['\u0001\u001b\u007f', '"\\x01\\x1b\\x7f"'],
    ['żółw 🐢 \u0085', '"żółw 🐢 \u0085"'],
  ])('quotes %j as %s', (text, quoted) => {
    expect(systemdArgument(text)).toBe(quoted);
  });
});

describe('systemdProgram and systemdAssignment', () => {
  it('leave a dollar sign, in which systemd sees no variable there', () => {
    expect(systemdProgram('/opt/a $b %c/node')).toBe('"/opt/a $b %%c/node"');
    expect(systemdAssignment('A', '$HOME "%"')).toBe('"A=$HOME \\"%%\\""');
  });
});
