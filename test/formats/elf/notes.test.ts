import { expect, it } from 'vitest';
import { elfMemoryBytes } from '../../../src/formats/elf/memory.js';
import { elfNotes } from '../../../src/formats/elf/notes.js';
import { zosiaError } from '../../support/errors.js';
import { DT, buildElf } from './build.js';

const NOTES = [
  ['GNU', 3, Uint8Array.of(1, 2, 3)],
  ['Xen', 18, Uint8Array.of(0, 0, 0, 1)],
  ['', 7, new Uint8Array(0)],
] as const;

it('elfNotes returns name and type of every note', () => {
  expect(elfNotes(buildElf({ notes: NOTES }))).toEqual([
    { name: 'GNU', type: 3 },
    { name: 'Xen', type: 18 },
    { name: '', type: 7 },
  ]);
  expect(elfNotes(buildElf({ class: 32, notes: NOTES }))).toHaveLength(3);
  expect(elfNotes(buildElf({}))).toEqual([]);
});

it('elfNotes refuses a note that is longer than its segment', () => {
  const bytes = buildElf({ notes: [['Xen', 18, Uint8Array.of(0, 0, 0, 1)]] });
  const at = Buffer.from(bytes).indexOf('Xen') - 12;
  expect(() => elfNotes(bytes.with(at + 4, 5))).toThrow(zosiaError('ZOSIA_ELF_INVALID'));
  for (const field of [0, 4]) {
    expect(() => elfNotes(bytes.with(at + field + 3, 0x80))).toThrow(
      zosiaError('ZOSIA_ELF_INVALID'),
    );
  }
});

it('elfMemoryBytes returns what the segments take, and undefined for what is cut before they are named', () => {
  const bytes = buildElf({ dynamic: [[DT.needed, 'libc.so.6']] });
  const memoryBytes = elfMemoryBytes(bytes);
  // The builder's segment is the whole file, and 4096 bytes of memory alone.
  expect(memoryBytes).toBe(bytes.length + 4096);
  const headerBytes = 64 + 2 * 56;
  expect(elfMemoryBytes(bytes.subarray(0, headerBytes))).toBe(memoryBytes);
  expect(elfMemoryBytes(bytes.subarray(0, headerBytes - 1))).toBeUndefined();
  expect(elfMemoryBytes(new Uint8Array(612))).toBeUndefined();
});
