import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readElf, readElfSection } from '../../../src/formats/elf/elf.js';
import { zosiaError } from '../../support/errors.js';
import { DT, buildElf } from './build.js';

const PROGRAM = {
  interpreter: '/lib/ld-linux-aarch64.so.1',
  dynamic: [
    [DT.needed, 'libllama.so.0'],
    [DT.soname, 'libself.so.1'],
    [DT.needed, 'libc.so.6'],
    [DT.runpath, '/usr/lib/llama:$ORIGIN/../lib'],
  ],
} as const;

/** The first string of the table, over and over. */
const REPEATED = Array.from({ length: 4096 }, () => [DT.needed, 1] as const);

describe('readElf', () => {
  it.each([
    [64, false],
    [64, true],
    [32, false],
    [32, true],
  ] as const)('reads a program of %i bits (big-endian: %s)', (bits, bigEndian) => {
    expect(readElf(buildElf({ ...PROGRAM, class: bits, bigEndian }))).toEqual({
      machine: 'aarch64',
      class: bits,
      interpreter: '/lib/ld-linux-aarch64.so.1',
      needed: ['libllama.so.0', 'libc.so.6'],
      soname: 'libself.so.1',
      runpath: ['/usr/lib/llama', '$ORIGIN/../lib'],
    });
  });

  it('returns the name of a known machine and the number of another', () => {
    expect(readElf(buildElf({ machine: 62 })).machine).toBe('x86_64');
    expect(readElf(buildElf({ machine: 243 })).machine).toBe(243);
  });

  it('returns no needed libraries for a static program', () => {
    expect(readElf(buildElf({}))).toEqual({
      machine: 'aarch64',
      class: 64,
      needed: [],
      runpath: [],
    });
  });

  it('uses DT_RPATH only when there is no DT_RUNPATH', () => {
    const old = [DT.rpath, '/old'] as const;
    expect(readElf(buildElf({ dynamic: [old] })).runpath).toEqual(['/old']);
    expect(readElf(buildElf({ dynamic: [old, [DT.runpath, '/new']] })).runpath).toEqual(['/new']);
  });

  it.each<[string, Uint8Array]>([
    ['an empty file', new Uint8Array(0)],
    ['text', new TextEncoder().encode('#!/bin/sh\n')],
    ['no more than the magic', Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 2, 1)],
    ['an unknown class', buildElf({}).with(4, 3)],
    ['an unknown byte order', buildElf({}).with(5, 0)],
    ['strings outside of their table', buildElf({ dynamic: [[DT.needed, 9999]] })],
    ['thousands of names', buildElf({ dynamic: [[DT.needed, 'libc.so.6'], ...REPEATED] })],
  ])('refuses %s', (_, bytes) => {
    expect(() => readElf(bytes)).toThrow(zosiaError('ZOSIA_ELF_INVALID'));
  });

  it('refuses a file cut before its dynamic section ends', () => {
    const bytes = buildElf(PROGRAM);
    // The builder puts an entry and the section names behind the end: 16 bytes and one.
    const end = bytes.length - 17;
    expect(readElf(bytes.subarray(0, bytes.length - 1)).needed).toHaveLength(2);
    for (let length = 0; length < end; length++) {
      expect(() => readElf(bytes.subarray(0, length)), `${length} bytes`).toThrow(
        zosiaError('ZOSIA_ELF_INVALID'),
      );
    }
  });

  it('reads a file with changed bytes or throws a ZosiaError', () => {
    const bytes = buildElf({ ...PROGRAM, sections: [['.modinfo', new Uint8Array(5)]] });
    const change = fc.tuple(fc.nat(bytes.length - 1), fc.constantFrom(0, 1, 0x7f, 0x80, 0xff));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 8 }), (changes) => {
        const damaged = bytes.slice();
        for (const [offset, value] of changes) damaged[offset] = value;
        for (const read of [readElf, (file: Uint8Array) => readElfSection(file, '.modinfo')]) {
          try {
            read(damaged);
          } catch (error) {
            expect(error).toEqual(zosiaError('ZOSIA_ELF_INVALID'));
          }
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('readElfSection', () => {
  const sections = [
    ['.text', Uint8Array.of(1, 2, 3)],
    ['.modinfo', Uint8Array.of(4, 5)],
    ['.empty', new Uint8Array(0)],
  ] as const;

  it.each([32, 64] as const)('finds a section by its name in %i bits', (bits) => {
    const bytes = buildElf({ class: bits, sections });
    expect(readElfSection(bytes, '.modinfo')).toEqual(Uint8Array.of(4, 5));
    expect(readElfSection(bytes, '.text')).toEqual(Uint8Array.of(1, 2, 3));
    expect(readElfSection(bytes, '.empty')).toEqual(new Uint8Array(0));
    expect(readElfSection(bytes, '.mod')).toBeUndefined();
  });

  it('returns undefined for a file without sections', () => {
    expect(readElfSection(buildElf(PROGRAM), '.modinfo')).toBeUndefined();
  });
});
