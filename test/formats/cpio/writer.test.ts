import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planCpio } from '../../../src/formats/cpio/writer.js';
import type { CpioEntry } from '../../../src/formats/cpio/writer.js';
import { digestImage } from '../../../src/host/digest.js';
import { flatten, makeImage } from '../../../src/image/image.js';
import { zosiaError } from '../../support/errors.js';
import { imageBytes } from '../../support/images.js';
import { SAMPLE, file, trees } from './entries.js';

const directory = (path: string): CpioEntry => ({ path, mode: 0o755, type: 'directory' });
const symlink = (path: string, target: string): CpioEntry => ({
  path,
  mode: 0o777,
  type: 'symlink',
  target,
});
const hardlink = (path: string, target: string): CpioEntry => ({
  path,
  mode: 0,
  type: 'hardlink',
  target,
});

describe('planCpio', () => {
  it('writes the bytes the format documents', async () => {
    const entry: CpioEntry = {
      path: '/abc',
      mode: 0o644,
      uid: 1,
      gid: 2,
      mtime: { seconds: 3 },
      type: 'file',
      data: new TextEncoder().encode('hello'),
    };
    const bytes = await imageBytes(planCpio([entry]));
    const zero = '00000000';
    const member = [
      '070701',
      '00000001', // ino
      '000081A4', // mode: regular file, 0644
      '00000001', // uid
      '00000002', // gid
      '00000001', // nlink
      '00000003', // mtime
      '00000005', // filesize
      ...[zero, zero, zero, zero], // devmajor, devminor, rdevmajor, rdevminor
      '00000004', // namesize, with its NUL
      zero, // check
      'abc\0',
      '\0\0', // 110 + 4 bytes up to 116
      'hello\0\0\0',
    ].join('');
    const trailer = `070701${zero.repeat(4)}00000001${zero.repeat(6)}0000000B${zero}TRAILER!!!\0`;
    const expected = (member + trailer).padEnd(512, '\0');
    expect(new TextDecoder().decode(bytes)).toBe(expected);
  });

  it('writes the recorded bytes', async () => {
    expect(await digestImage(planCpio(SAMPLE))).toBe(
      'd8e00c6605c0871978d4906f077114f88bc37e5a71a73a6b586c41cbbcef375a',
    );
  });

  it('gives the same bytes for the same entries in any order', async () => {
    const expected = await digestImage(planCpio(SAMPLE));
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([...SAMPLE], { minLength: SAMPLE.length }),
        async (shuffled) => {
          expect(await digestImage(planCpio(shuffled))).toBe(expected);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('ends at a multiple of 512 bytes, so that another archive can follow', () => {
    fc.assert(
      fc.property(trees, (tree) => {
        expect(planCpio(tree).sizeBytes % 512).toBe(0);
      }),
    );
  });

  it('gives the archive time to entries without one, and to folders it adds', async () => {
    const plan = planCpio([file('/a/b')], { epochSeconds: 0x65_4321 });
    const text = new TextDecoder().decode(await imageBytes(plan));
    expect(text.match(/00654321/g)).toHaveLength(2);
  });

  it('copies no file data while planning', () => {
    const source = { kind: 'file', path: '/model.gguf', offset: 32 } as const;
    const data = makeImage(3 * 2 ** 30, [{ offset: 0, length: 2 ** 30, source }]);
    const plan = planCpio([{ path: '/big', mode: 0o644, type: 'file', data }]);
    const leaf = flatten(plan).find((segment) => segment.source.kind === 'file');
    expect(leaf).toMatchObject({ length: 2 ** 30, source, label: '/big' });
    expect(plan.sizeBytes).toBeGreaterThan(3 * 2 ** 30);
  });
});

describe('planCpio on invalid entries', () => {
  it.each<[string, string, CpioEntry[]]>([
    ['a name with ".."', 'ZOSIA_CPIO_PATH', [file('/a/../b')]],
    ['a name that starts with ".."', 'ZOSIA_CPIO_PATH', [file('../b')]],
    ['an empty name', 'ZOSIA_CPIO_PATH', [file('')]],
    ['NUL in a name', 'ZOSIA_CPIO_PATH', [file('/a\0b')]],
    ['half a surrogate pair in a name', 'ZOSIA_CPIO_PATH', [file('/\ud800')]],
    ['the name of the trailer', 'ZOSIA_CPIO_PATH', [file('/TRAILER!!!')]],
    ['a file as the root', 'ZOSIA_CPIO_PATH', [file('/')]],
    ['a path component of 256 bytes', 'ZOSIA_CPIO_PATH', [file(`/${'ä'.repeat(128)}`)]],
    ['a name of 4097 bytes', 'ZOSIA_CPIO_PATH', [file(`${'/aaaaaaa'.repeat(512)}b`)]],
    ['a duplicate name', 'ZOSIA_CPIO_DUPLICATE', [file('/a'), file('a')]],
    ['a duplicate in another spelling', 'ZOSIA_CPIO_DUPLICATE', [file('/a/b'), file('./a//b')]],
    ['a file below a file', 'ZOSIA_CPIO_PARENT', [file('/a'), file('/a/b')]],
    ['a file below a symlink', 'ZOSIA_CPIO_PARENT', [symlink('/lib', 'usr/lib'), file('/lib/x/y')]],
    ['a hard link to nothing', 'ZOSIA_CPIO_LINK', [hardlink('/b', '/a')]],
    ['a hard link to itself', 'ZOSIA_CPIO_LINK', [hardlink('/b', '/b')]],
    ['a hard link to a folder', 'ZOSIA_CPIO_LINK', [directory('/a'), hardlink('/b', '/a')]],
    [
      'a hard link to a hard link',
      'ZOSIA_CPIO_LINK',
      [file('/a'), hardlink('/b', '/a'), hardlink('/c', '/b')],
    ],
    ['an empty symlink target', 'ZOSIA_CPIO_LINK', [symlink('/a', '')]],
    ['a target with NUL', 'ZOSIA_CPIO_LINK', [symlink('/a', 'b\0c')]],
    ['a target of 4096 bytes', 'ZOSIA_CPIO_LINK', [symlink('/a', 'x'.repeat(4096))]],
    [
      'a file of 4 GiB',
      'ZOSIA_CPIO_FILE_TOO_LARGE',
      [{ path: '/a', mode: 0, type: 'file', data: makeImage(2 ** 32, []) }],
    ],
  ])('rejects %s', (_, code, entries) => {
    expect(() => planCpio(entries)).toThrow(zosiaError(code));
  });

  it('rejects numbers that do not fit into their fields', () => {
    const base = file('/a');
    const device = { path: '/d', mode: 0, type: 'block-device' } as const;
    for (const entry of [
      { ...base, mode: 0o10000 },
      { ...base, mode: 0.5 },
      { ...base, uid: -1 },
      { ...base, gid: 2 ** 32 },
      { ...base, mtime: { seconds: Number.NaN } },
      { ...base, mtime: { seconds: 0, nanoseconds: 0.5 } },
      { ...device, major: 0x1000, minor: 0 },
      { ...device, major: 0, minor: 0x10_0000 },
    ]) {
      expect(() => planCpio([entry]), JSON.stringify(entry)).toThrow(
        expect.objectContaining({ code: expect.stringMatching(/BAD_(NUMBER|ENTRY)$/) as string }),
      );
    }
    expect(() => planCpio([], { epochSeconds: -1 })).toThrow(zosiaError('ZOSIA_CPIO_BAD_NUMBER'));
  });

  it('accepts the longest names and targets and the largest file', () => {
    const longest = `${'/aaaaaaa'.repeat(511)}/bbbbbbb`;
    expect(longest).toHaveLength(4096);
    expect(() =>
      planCpio([
        file(longest),
        file(`/${'ä'.repeat(127)}c`),
        symlink('/a', 'x'.repeat(4095)),
        { path: '/b', mode: 0o7777, type: 'file', data: makeImage(2 ** 32 - 1, []) },
      ]),
    ).not.toThrow();
  });
});
