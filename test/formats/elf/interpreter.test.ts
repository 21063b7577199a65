import { describe, expect, it } from 'vitest';
import { readElf } from '../../../src/formats/elf/elf.js';
import { withInterpreter } from '../../../src/formats/elf/interpreter.js';
import { ELF_MACHINE_BYTES, elfMachine } from '../../../src/formats/elf/machine.js';
import { DT, buildElf } from './build.js';

const program = buildElf({
  machine: 183,
  interpreter: '/lib/ld-linux-aarch64.so.1',
  dynamic: [[DT.needed, 'libc.so.6']],
});

describe('a program with another loader', () => {
  it('has its path, and is the same besides', () => {
    const changed = withInterpreter(program, '/usr/lib/zosia/ld.so');
    expect(changed).toHaveLength(program.length);
    expect(readElf(changed)).toEqual({
      ...readElf(program),
      interpreter: '/usr/lib/zosia/ld.so',
    });
    expect(readElf(program).interpreter).toBe('/lib/ld-linux-aarch64.so.1');
  });

  it('is refused without room for it, and without a loader before', () => {
    for (const [bytes, path] of [
      [program, '/lib/a-loader-of-a-longer-path'],
      [buildElf({ machine: 62, dynamic: [[DT.needed, 'x']] }), '/ld.so'],
      [new Uint8Array(10), '/ld.so'],
    ] as const) {
      expect(() => withInterpreter(bytes, path)).toThrow(
        expect.objectContaining({ code: 'ZOSIA_ELF_INVALID' }),
      );
    }
  });
});

describe('elfMachine', () => {
  it('is told by the first bytes of a program', () => {
    expect(elfMachine(program.subarray(0, ELF_MACHINE_BYTES))).toBe('aarch64');
    expect(elfMachine(program.subarray(0, ELF_MACHINE_BYTES - 1))).toBeUndefined();
    expect(elfMachine(new Uint8Array(64))).toBeUndefined();
    expect(elfMachine(buildElf({ machine: 40, dynamic: [] }))).toBeUndefined();
  });
});
