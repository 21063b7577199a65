import { describe, expect, it } from 'vitest';
import { firstError, isStep } from '../../../src/toolchain/kernel/make.js';

describe('isStep', () => {
  it.each([
    ['  CC      init/main.o', true],
    ['  HOSTCC  scripts/basic/fixdep', true],
    ['  LD      vmlinux.o', true],
    ['  GEN     Makefile', true],
    ['make[1]: Entering directory', false],
    ['#', false],
    ['kernel/fork.c:1:2: warning: unused', false],
  ])('of %j is %j', (line, expected) => {
    expect(isStep(line)).toBe(expected);
  });
});

describe('firstError', () => {
  it.each([
    ['of the compiler', 'init/main.c:12:3: error: use of undeclared identifier'],
    ['of a header that is missing', "scripts/x.h:1:10: fatal error: 'libelf.h' file not found"],
    ['of the linker', 'ld.lld: error: undefined symbol: foo'],
    ['of a program that is missing', '/bin/sh: 1: flex: not found'],
  ])('returns the first line %s', (_, line) => {
    const log = `  CC      a.o\na.c:1:1: warning: error_code is unused\n${line}\nmake: *** [x] Error 1\n`;
    expect(firstError(log)).toBe(line);
  });

  it("returns make's own line when there is nothing better, and undefined for none", () => {
    expect(firstError('  CC a.o\nmake[1]: *** No rule to make target')).toMatch(/^make\[1\]/);
    expect(firstError('  CC a.o\n')).toBeUndefined();
  });
});
