import { describe, expect, it } from 'vitest';
import { fileData, holeData } from '../../../src/image/file-data.js';
import { planFat } from '../../../src/formats/fat/plan.js';
import type { FatEntry, FatOptions } from '../../../src/formats/fat/plan.js';
import { zosiaError } from '../../support/errors.js';
import { alike, file } from './layouts.js';

const MIB = 2 ** 20;
const directory = (path: string): FatEntry => ({ type: 'directory', path });

const CASES: [string, string, FatEntry[], FatOptions?][] = [
  ['two files at one path', 'DUPLICATE_PATH', [file('/a'), file('/a')]],
  ['names that differ in case', 'DUPLICATE_PATH', [file('/a'), file('/A')]],
  ['names that differ in case, not ASCII', 'DUPLICATE_PATH', [file('/é'), file('/É')]],
  ['names that differ in case, Greek', 'DUPLICATE_PATH', [file('/σ'), file('/ς')]],
  ['directories that differ in case', 'DUPLICATE_PATH', [file('/a/x'), file('/A/y')]],
  ['a file where a directory is', 'DUPLICATE_PATH', [file('/a/b'), file('/a')]],
  ['a directory named twice', 'DUPLICATE_PATH', [directory('/d'), directory('/d')]],
  ['a file in place of the root', 'DUPLICATE_PATH', [file('/')]],
  ['a file below a file', 'NOT_A_DIRECTORY', [file('/a'), file('/a/b')]],
  ['an empty path', 'BAD_PATH', [file('')]],
  ['a path with ".."', 'BAD_PATH', [file('/a/../b')]],
  ['two spellings of a path', 'DUPLICATE_PATH', [file('/a/b'), file('./a//b')]],
  ['a NUL in a name', 'BAD_PATH', [file('/a\0b')]],
  ['a path of 32,769 units', 'BAD_PATH', [file('/d'.repeat(16_384) + 'x')]],
  ...Array.from('"*:<>?\\|\n\x7f\x80').map((character): [string, string, FatEntry[]] => [
    `${JSON.stringify(character)} in a name`,
    'BAD_NAME',
    [file(`/a${character}b`)],
  ]),
  ['a name that ends in a dot', 'BAD_NAME', [file('/a.')]],
  ['a name that ends in a blank', 'BAD_NAME', [file('/a ')]],
  ['half a surrogate pair', 'BAD_NAME', [file('/a\ud83db')]],
  ['a name of 256 units', 'NAME_TOO_LONG', [file(`/${'é'.repeat(256)}`)]],
  ['a name of 256 units, in pairs', 'NAME_TOO_LONG', [file(`/${'😀'.repeat(128)}`)]],
  [
    'a file of 4 GiB',
    'FILE_TOO_LARGE',
    [{ type: 'file', path: '/a', data: fileData('/x', 2 ** 32) }],
  ],
  ['a directory of too many entries', 'DIRECTORY_FULL', alike(16_384, '/d')],
  ['a root of too many entries', 'DIRECTORY_FULL', alike(16_385, '')],
  [
    'more root entries than requested',
    'DIRECTORY_FULL',
    alike(10, ''),
    { rootEntryCount: 16, type: 'FAT12' },
  ],
  ['a label too long', 'BAD_LABEL', [], { label: 'TWELVE CHARS' }],
  ['a size too small', 'TOO_SMALL', [file('/a', Buffer.alloc(100_000))], { sizeBytes: 50_000 }],
  ['a size of zero', 'TOO_SMALL', [], { sizeBytes: 0 }],
  ['a size too small for its type', 'TOO_SMALL', [], { sizeBytes: MIB, type: 'FAT32' }],
  ['a size too large for its type', 'BAD_OPTION', [], { sizeBytes: 2 ** 32, type: 'FAT16' }],
  ['too many clusters', 'BAD_OPTION', [], { sizeBytes: 2 ** 40, clusterSizeBytes: 512 }],
  [
    'a volume of more than 2 TiB',
    'TOO_LARGE',
    Array.from({ length: 520 }, (_, i): FatEntry => ({
      type: 'file',
      path: `/${i}`,
      data: holeData(2 ** 32 - 1),
    })),
  ],
  ['clusters of 1000 bytes', 'BAD_OPTION', [], { clusterSizeBytes: 1000 }],
  ['clusters of 64 KiB', 'BAD_OPTION', [], { clusterSizeBytes: 65_536 }],
  ['a fractional size', 'BAD_OPTION', [], { sizeBytes: 1e6 + 0.5 }],
  ['negative free space', 'BAD_OPTION', [], { extraBytes: -1 }],
  ['a root of no entries', 'BAD_OPTION', [], { rootEntryCount: 0 }],
  ['a root of 17 entries', 'BAD_OPTION', [], { rootEntryCount: 17 }],
  ['an unaligned partition', 'BAD_OPTION', [], { partitionOffsetBytes: 100 }],
  ['a volume ID of 33 bits', 'BAD_OPTION', [], { volumeId: 2 ** 32 }],
  ['a fractional time', 'BAD_OPTION', [], { epochSeconds: 0.5 }],
  ['a mode with a type', 'BAD_OPTION', [{ ...file('/a'), mode: 0o100644 }]],
  [
    'too many nanoseconds',
    'BAD_OPTION',
    [{ ...file('/a'), mtime: { seconds: 0, nanoseconds: 1e9 } }],
  ],
  ['a time of NaN', 'BAD_OPTION', [{ ...file('/a'), mtime: { seconds: Number.NaN } }]],
  ['an unknown type', 'BAD_OPTION', [], { type: 'exFAT' as 'FAT32' }],
];

describe('planFat on invalid entries and options', () => {
  it.each(CASES)('rejects %s with ZOSIA_FAT_%s', (_what, code, entries, options = {}) => {
    expect(() => planFat(entries, options)).toThrow(zosiaError(`ZOSIA_FAT_${code}`));
  });

  it('rejects contents that are too large, and reports the smallest size', () => {
    const plan = () => planFat([file('/a', Buffer.alloc(100_000))], { sizeBytes: 50_000 });
    const least = planFat([file('/a', Buffer.alloc(100_000))], { clusterSizeBytes: 512 }).sizeBytes;
    expect(plan).toThrow(`takes at least ${least} bytes, and is to have 50000`);
  });
});

describe('planFat at its limits', () => {
  it.each<[string, FatEntry[], FatOptions?]>([
    ['a name of 255 units', [file(`/${'é'.repeat(255)}`)]],
    ['names that some systems keep for devices', [file('/con'), file('/aux.txt')]],
    ['letters without case that look alike', [file('/ß'), file('/ss')]],
    ['a file of 4 GiB - 1', [{ type: 'file', path: '/a', data: holeData(2 ** 32 - 1) }]],
    ['a path of 32,767 units', [file('/d'.repeat(16_383) + 'x')]],
    ['a full directory', alike(16_383, '/d')],
    ['more root entries than FAT16 has', alike(16_384, ''), { sizeBytes: 40 * MIB }],
  ])('accepts %s', (_what, entries, options = {}) => {
    expect(() => planFat(entries, options)).not.toThrow();
  });
});
