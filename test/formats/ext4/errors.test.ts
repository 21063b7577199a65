import { describe, expect, it } from 'vitest';
import { bytesData, holeData, planExt4 } from '../../../src/formats/ext4/plan.js';
import type { Ext4Entry, Ext4Options } from '../../../src/formats/ext4/plan.js';
import { ZosiaError } from '../../../src/errors.js';

const file = (path: string | Uint8Array): Ext4Entry => ({
  type: 'file',
  path,
  data: bytesData(Buffer.from('x')),
});

const LINKS = Array.from({ length: 65_000 }, (_, i): Ext4Entry => ({
  type: 'hardlink',
  path: `/link${i}`,
  target: '/a',
}));

const CASES: [string, string, Ext4Entry[], Partial<Ext4Options>?][] = [
  ['two files at one path', 'DUPLICATE_PATH', [file('/a'), file('/a')]],
  ['a file where a directory is', 'DUPLICATE_PATH', [file('/a/b'), file('/a')]],
  [
    'a directory named twice',
    'DUPLICATE_PATH',
    [
      { type: 'directory', path: '/d' },
      { type: 'directory', path: '/d' },
    ],
  ],
  [
    'a hard link named like a file',
    'DUPLICATE_PATH',
    [file('/a'), { type: 'hardlink', path: '/a', target: '/a' }],
  ],
  ['a file in place of the root', 'DUPLICATE_PATH', [file('/')]],
  ['a file below a file', 'NOT_A_DIRECTORY', [file('/a'), file('/a/b')]],
  ['a file in place of lost+found', 'NOT_A_DIRECTORY', [file('/lost+found')]],
  ['an empty path', 'BAD_PATH', [file('')]],
  ['a path with ".."', 'BAD_PATH', [file('/a/../b')]],
  ['two spellings of a path', 'DUPLICATE_PATH', [file('/a/b'), file('./a//b')]],
  ['a NUL in a name', 'BAD_PATH', [file('/a\0b')]],
  ['a name of 256 bytes', 'NAME_TOO_LONG', [file(`/${'é'.repeat(128)}`)]],
  [
    'a raw name of 256 bytes',
    'NAME_TOO_LONG',
    [file(Buffer.concat([Buffer.from('/'), Buffer.alloc(256, 0xff)]))],
  ],
  [
    'a hard link to nothing',
    'LINK_TARGET_MISSING',
    [{ type: 'hardlink', path: '/a', target: '/b' }],
  ],
  [
    'a hard link to a directory',
    'LINK_TARGET_MISSING',
    [{ type: 'hardlink', path: '/a', target: '/' }],
  ],
  [
    'a loop of hard links',
    'LINK_TARGET_MISSING',
    [
      { type: 'hardlink', path: '/a', target: '/b' },
      { type: 'hardlink', path: '/b', target: '/a' },
    ],
  ],
  ['65,001 links', 'TOO_MANY_LINKS', [file('/a'), ...LINKS]],
  [
    'a file of 2^32 blocks',
    'FILE_TOO_LARGE',
    [{ type: 'file', path: '/a', data: holeData(2 ** 44) }],
  ],
  [
    'a file of 2^32 blocks of 1 KiB',
    'FILE_TOO_LARGE',
    [{ type: 'file', path: '/a', data: holeData(2 ** 42) }],
    { blockSizeBytes: 1024 },
  ],
  ['an empty symlink', 'BAD_SYMLINK', [{ type: 'symlink', path: '/a', target: '' }]],
  ['a symlink with NUL', 'BAD_SYMLINK', [{ type: 'symlink', path: '/a', target: 'a\0' }]],
  [
    'a symlink target of a block',
    'BAD_SYMLINK',
    [{ type: 'symlink', path: '/a', target: 'x'.repeat(4096) }],
  ],
  ['a large major', 'BAD_DEVICE', [{ type: 'block-device', path: '/a', major: 4096, minor: 0 }]],
  ['a large minor', 'BAD_DEVICE', [{ type: 'block-device', path: '/a', major: 0, minor: 2 ** 20 }]],
  ['a major of 0.5', 'BAD_DEVICE', [{ type: 'block-device', path: '/a', major: 0.5, minor: 0 }]],
  ['a mode with a type', 'BAD_ATTRIBUTE', [{ type: 'fifo', path: '/a', mode: 0o100644 }]],
  ['a negative owner', 'BAD_ATTRIBUTE', [{ type: 'fifo', path: '/a', uid: -1 }]],
  ['a group of 33 bits', 'BAD_ATTRIBUTE', [{ type: 'fifo', path: '/a', gid: 2 ** 32 }]],
  [
    'a time too early',
    'BAD_ATTRIBUTE',
    [{ type: 'fifo', path: '/a', mtime: { seconds: -(2 ** 31) - 1 } }],
  ],
  [
    'a time too late',
    'BAD_ATTRIBUTE',
    [{ type: 'fifo', path: '/a', mtime: { seconds: 0x2_8000_0000 } }],
  ],
  [
    'a billion nanoseconds',
    'BAD_ATTRIBUTE',
    [{ type: 'fifo', path: '/a', mtime: { seconds: 0, nanoseconds: 1e9 } }],
  ],
  ['a label of 17 bytes', 'LABEL_TOO_LONG', [], { label: 'é'.repeat(8) + 'x' }],
  ['a label with NUL', 'LABEL_TOO_LONG', [], { label: 'a\0' }],
  ['a size too small', 'IMAGE_TOO_SMALL', [file('/a')], { sizeBytes: 8192 }],
  ['an unsupported block size', 'BAD_OPTION', [], { blockSizeBytes: 8192 as 4096 }],
  ['negative free space', 'BAD_OPTION', [], { extraBytes: -1 }],
  ['a short UUID', 'BAD_OPTION', [], { uuid: Buffer.alloc(15) }],
  ['a tiny journal', 'BAD_OPTION', [], { journal: { sizeBytes: 4096 } }],
  ['a time before 1970', 'BAD_OPTION', [], { epochSeconds: -1 }],
  ['one extent per node', 'BAD_OPTION', [], { extentsPerNode: 1 }],
];

describe('planExt4 on invalid entries and options', () => {
  it.each(CASES)('rejects %s with ZOSIA_EXT4_%s', (_name, code, entries, options = {}) => {
    let error: unknown;
    try {
      planExt4(entries, { label: 'X', ...options });
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(ZosiaError);
    expect(error).toMatchObject({ code: `ZOSIA_EXT4_${code}`, hint: expect.stringMatching(/\.$/) });
  });
});

describe('planExt4 at its limits', () => {
  it.each<[string, Ext4Entry[], Partial<Ext4Options>?]>([
    ['no entries', []],
    ['a label of 16 bytes', [], { label: 'é'.repeat(8) }],
    ['a name of 255 bytes', [file(`/${'x'.repeat(255)}`)]],
    ['65,000 links', [file('/a'), ...LINKS.slice(1)]],
    ['the largest file', [{ type: 'file', path: '/a', data: holeData((2 ** 32 - 1) * 4096) }]],
    [
      'the earliest and latest time',
      [
        {
          type: 'fifo',
          path: '/a',
          mtime: { seconds: -(2 ** 31) },
          atime: { seconds: 0x2_7fff_ffff },
        },
      ],
    ],
    [
      'an entry for a directory after its children',
      [file('/d/a'), { type: 'directory', path: '/d', mode: 0o700 }],
    ],
  ])('accepts %s', (_name, entries, options = {}) => {
    expect(() => planExt4(entries, { label: 'X', ...options })).not.toThrow();
  });
});
