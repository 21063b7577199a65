import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ZosiaError } from '../../../../src/errors.js';
import { verifyCpio } from '../../../../src/formats/cpio/check/checker.js';
import type { CpioReport } from '../../../../src/formats/cpio/check/checker.js';
import { NEWC_FIELDS } from '../../../../src/formats/cpio/layout.js';
import { planCpio } from '../../../../src/formats/cpio/writer.js';
import { accessBytes } from '../../../../src/image/random-access.js';
import { zosiaError } from '../../../support/errors.js';
import { imageBytes } from '../../../support/images.js';
import { SAMPLE, trees } from '../entries.js';
import { MODES, TRAILER, oddMember, oddMembers, padded } from '../odd.js';
import type { OddMember } from '../odd.js';

const { directory, symlink } = MODES;
const CHARACTER = 0o020600;
const BLOCK = 0o060600;

const check = (...pieces: readonly Uint8Array[]): Promise<CpioReport> =>
  verifyCpio(accessBytes(Buffer.concat(pieces)));

/** What was found, as `code where`, warnings after a question mark. */
async function found(...pieces: readonly Uint8Array[]): Promise<string[]> {
  const { problems, warnings } = await check(...pieces);
  return [
    ...problems.map(({ code, where }) => `${code} ${where}`),
    ...warnings.map(({ code, where }) => `? ${code} ${where}`),
  ];
}

const archive = (...members: readonly OddMember[]): Buffer =>
  Buffer.concat([oddMembers(...members), TRAILER]);

const A = archive({ name: 'a', data: 'first' });
const B = archive({ name: 'b', data: 'second' });
const LONG = 'x'.repeat(4096);

/** The bytes of an archive whose first member has other digits in a field. */
function withDigits(field: keyof typeof NEWC_FIELDS, digits: string, bytes = A): Buffer {
  const changed = Buffer.from(bytes);
  changed.write(digits, NEWC_FIELDS[field].offset, 'latin1');
  return changed;
}

/** The same with the byte at an offset changed, from the end if it is negative. */
function withByte(bytes: Uint8Array, offset: number, value?: number): Buffer {
  const changed = Buffer.from(bytes);
  const at = offset < 0 ? bytes.length + offset : offset;
  changed[at] = value ?? changed[at]! ^ 0xff;
  return changed;
}

/** The header of a gzip member with an addition that a flag announces. */
function gzipWith(flag: number, addition: string): Buffer {
  const packed = gzipSync(A);
  const header = withByte(packed.subarray(0, 10), 3, flag);
  return Buffer.concat([header, Buffer.from(addition, 'latin1'), packed.subarray(10)]);
}

describe('verifyCpio on a valid archive', () => {
  it('finds nothing in any archive that planCpio plans', async () => {
    await fc.assert(
      fc.asyncProperty(trees, async (tree) => {
        const { problems, warnings } = await check(await imageBytes(planCpio(tree)));
        // Device numbers and the console are as the tree has them.
        const unexpected = warnings.filter(({ code }) => code !== 'console-device');
        expect([...problems, ...unexpected]).toEqual([]);
      }),
    );
  });

  it.each<[string, readonly Uint8Array[]]>([
    ['a name with ./ before it', [archive({ name: '.', mode: directory }, { name: './a' })]],
    ['a folder whose name ends in a slash', [archive({ name: 'a/', mode: directory })]],
    ['a name padded with NULs', [archive({ name: 'a', data: 'x', namePadding: 4 })]],
    ['a name that is not UTF-8', [archive({ name: Buffer.of(0x61, 0x80, 0xff) })]],
    ['archives with zeros between them', [A, Buffer.alloc(512), B, Buffer.alloc(13)]],
    ['a later archive of the same names', [A, A]],
    [
      'a later archive of the same hard links',
      Array.from({ length: 2 }, () =>
        archive(
          { name: 'a', inode: 5, linkCount: 2 },
          { name: 'b', inode: 5, linkCount: 2, data: 'x' },
        ),
      ),
    ],
    ['a plain archive, then packed ones', [A, gzipSync(B), Buffer.alloc(3), gzipSync(A)]],
    ['a plain archive on a boundary behind a packed one', [padded(gzipSync(A)), B]],
    ['an archive of no members', [TRAILER]],
    ['matching checksums', [archive({ name: 'a', data: '12', magic: '070702', checksum: 0x63 })]],
    ['one inode number for separate files', [archive({ name: 'a', data: '1' }, { name: 'b' })]],
    [
      'hard links with the data at the first or the last name',
      [
        archive(
          { name: 'a', inode: 5, linkCount: 2 },
          { name: 'b', inode: 5, linkCount: 2, data: 'x' },
          { name: 'c', inode: 6, linkCount: 2, data: 'x' },
          { name: 'd', inode: 6, linkCount: 2 },
        ),
      ],
    ],
    [
      'a console device',
      [
        archive(
          { name: 'dev', mode: directory },
          { name: 'dev/console', mode: CHARACTER, major: 5, minor: 1 },
        ),
      ],
    ],
  ])('finds nothing in %s', async (_, pieces) => {
    expect(await found(...pieces)).toEqual([]);
  });

  it('counts parts, archives, and members by type', async () => {
    const { summary } = await check(await imageBytes(planCpio(SAMPLE)), gzipSync(B));
    expect(summary).toEqual({
      partCount: 2,
      archiveCount: 2,
      memberCount: 18,
      problemCount: 0,
      fileCount: 5,
      directoryCount: 7,
      symlinkCount: 1,
      specialFileCount: 4,
      // Of `b` gzip has a checksum, of the others with data nothing.
      unsummedCount: 3,
      unpackedBytes: 2560 + B.length,
    });
  });
});

describe('verifyCpio on an archive that stops the kernel', () => {
  it.each<[string, readonly Uint8Array[]]>([
    ['archive-empty byte 0', [Buffer.alloc(8)]],
    ['archive-garbage byte 244', [A, Buffer.from('junk')]],
    ['archive-garbage byte 244 of what begins at 0, unpacked', [gzipSync(withTail(A, 'junk'))]],
    ['archive-alignment byte 246', [A, Buffer.alloc(2), B]],
    ['header-magic byte 244', [A, Buffer.from('070703'.padEnd(110, '0'))]],
    ['old-format byte 244', [A, Buffer.from('070707'.padEnd(110, '0'))]],
    ['member-cut byte 0', [A.subarray(0, 60)]],
    ['member-cut byte 0', [oddMember({ name: 'abcdef' }).subarray(0, 113)]],
    ['member-cut byte 0', [oddMember({ name: 'a', data: 'abc' }).subarray(0, 113)]],
    ['member-cut byte 0', [oddMember({ name: 'a', mode: symlink, data: 'abc' }).subarray(0, 113)]],
    ['name-unterminated byte 0', [withByte(A, 111, 0x61)]],
    ['data-checksum byte 0', [archive({ name: 'a', data: '12', magic: '070702', checksum: 1 })]],
    [`compressed-data what begins at 244`, [A, withByte(gzipSync(B), -6)]],
    [`compressed-data what begins at 0`, [gzipSync(A).subarray(0, -9)]],
    ['compression-unsupported the initramfs', [A, Buffer.from('BZh91AY&SY')]],
  ])('reports %s', async (expected, pieces) => {
    expect(await found(...pieces)).toEqual([expected]);
  });

  it('says in the message that the kernel stops there', async () => {
    const { problems } = await check(A, Buffer.from('junk'));
    expect(problems[0]!.message).toMatch(/: the kernel stops there$/);
  });
});

describe('verifyCpio on members that the kernel omits or changes', () => {
  const link = { inode: 5, linkCount: 2 };
  it.each<[string, readonly OddMember[]]>([
    ['no-folder /no/a', [{ name: 'no/a' }]],
    ['no-folder /late/a', [{ name: 'late/a' }, { name: 'late', mode: directory }]],
    ['no-place /', [{ name: '' }]],
    ['no-place /a/b', [{ name: 'a' }, { name: 'a/b' }]],
    ['no-type /a', [{ name: 'a', mode: 0o644 }]],
    ['name-length member at 0', [{ name: LONG }]],
    ['no-place /' + 'y'.repeat(256), [{ name: 'y'.repeat(256) }]],
    ['target-length /a', [{ name: 'a', mode: symlink, data: `${LONG}x` }]],
    ['unexpected-data /a', [{ name: 'a', mode: directory, data: 'x' }]],
    ['unexpected-data /a', [{ name: 'a', mode: BLOCK, major: 8, data: 'x' }]],
    ['in-the-way /a', [{ name: 'a', mode: directory }, { name: 'a/b' }, { name: 'a' }]],
    ['device-range /a', [{ name: 'a', mode: BLOCK, major: 0x1000 }]],
    ['device-range /a', [{ name: 'a', mode: CHARACTER, minor: 0x10_0000 }]],
    [
      'link-data /b',
      [
        { name: 'a', data: '1', ...link },
        { name: 'b', data: '2', ...link },
      ],
    ],
    [
      'link-data /b',
      [
        { name: 'a', data: '1', ...link },
        { name: 'b', data: '12', ...link },
      ],
    ],
    [
      'link-lost /b',
      [
        { name: 'no/a', ...link },
        { name: 'b', ...link },
      ],
    ],
  ])('reports %s', async (expected, members) => {
    expect(await found(archive(...members))).toContain(expected);
  });

  it.each<[string, string]>([
    ['a letter', '0000000g'],
    ['a prefix', '0x000001'],
    ['a blank', '       1'],
  ])('reports header-digits for %s', async (_, digits) => {
    expect(await found(withDigits('inode', digits))).toEqual(['header-digits /a']);
  });

  it.each([
    ['an extra field', 0x04, '\x02\0ab'],
    ['a comment', 0x10, 'comment\0'],
  ])('reports compression for gzip with %s', async (_, flag, addition) => {
    expect(await found(gzipWith(flag, addition))).toEqual([
      'compression what begins at 0, and all behind it',
    ]);
  });

  it('accepts a file name in the header of gzip', async () => {
    expect(await found(gzipWith(0x08, 'name\0'))).toEqual([]);
  });
});

describe('verifyCpio on unusual but harmless archives', () => {
  const link = { inode: 5, linkCount: 2 };
  const two = [
    { name: 'a', data: '1', ...link },
    { name: 'b', ...link },
  ] as const;
  it.each<[string, readonly Uint8Array[]]>([
    ['name-absolute /a', [archive({ name: '/a' })]],
    ['name-dot-dot /a/../b', [archive({ name: 'a', mode: directory }, { name: 'a/../b' })]],
    ['name-slashes /a/b', [archive({ name: 'a', mode: directory }, { name: 'a//b' })]],
    ['name-nul /a', [archive({ name: 'a\0b' })]],
    ['target-empty /a', [archive({ name: 'a', mode: symlink })]],
    ['target-nul /a', [archive({ name: 'a', mode: symlink, data: 'b\0c' })]],
    ['padding /ab', [withByte(archive({ name: 'ab', data: '12345' }), 113, 1)]],
    ['padding /a', [withByte(A, 119, 1)]],
    ['mode-bits /a', [archive({ name: 'a', mode: 0o1000000 | MODES.file })]],
    ['device-number /a', [archive({ name: 'a', major: 8 })]],
    ['console-device /dev/console', [archive({ name: 'dev/console' })]],
    ['checksum-unused /a', [archive({ name: 'a', checksum: 1 })]],
    ['checksum-unused /a', [archive({ name: 'a', mode: directory, magic: '070702', checksum: 1 })]],
    ['trailer-missing what begins at 0', [oddMembers({ name: 'a' })]],
    [
      'trailer-missing what begins at 124',
      [archive(), gzipSync(oddMembers({ name: 'a' })), Buffer.alloc(4)],
    ],
    ['trailer-repeated byte 244', [A, TRAILER]],
    ['trailer-data byte 112', [oddMembers({ name: 'a' }, { name: 'TRAILER!!!', data: 'x' })]],
    ['duplicate /a', [archive({ name: 'a', data: '1' }, { name: 'a', data: '2' })]],
    ['duplicate /a', [archive({ name: 'a', mode: directory }, { name: './a', mode: directory })]],
    ['link-count /a', [archive(two[0])]],
    ['link-count /a', [archive(...two, { name: 'c', ...link })]],
    ['link-count /a', [archive(two[0]), archive(two[1])]],
    ['link-attributes /b', [archive(two[0], { ...two[1], uid: 5 })]],
    ['link-data-twice /b', [archive(two[0], { ...two[1], data: '1' })]],
  ])('warns of %s', async (expected, pieces) => {
    const all = await found(...pieces);
    expect(all).toContain(`? ${expected}`);
    // The kernel has /dev itself, so that nothing here is a problem.
    expect(all.filter((each) => !each.startsWith('?'))).toEqual([]);
  });
});

describe('verifyCpio on damaged and large archives', () => {
  it('reports a changed byte of compressed data, unless it unpacks to the same', async () => {
    const bytes = await imageBytes(planCpio(SAMPLE));
    const packed = gzipSync(bytes);
    // A match may be copied from another place that holds the same.
    const unpacksToSame = (damaged: Uint8Array): boolean => {
      try {
        return gunzipSync(damaged).equals(bytes);
      } catch {
        return false;
      }
    };
    // Behind the header, of which time and system mean nothing.
    const places = fc.integer({ min: 10, max: packed.length - 1 });
    await fc.assert(
      fc.asyncProperty(places, fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const damaged = withByte(packed, at, packed[at]! ^ change);
        const { problems } = await check(damaged);
        expect(problems.length > 0).toBe(!unpacksToSame(damaged));
      }),
      { examples: [[130, 32]] },
    );
  });

  it('reports an archive that is cut anywhere before the padding after its trailer', async () => {
    const bytes = await imageBytes(planCpio(SAMPLE));
    const end = bytes.findLastIndex((byte) => byte !== 0) + 2;
    await fc.assert(
      fc.asyncProperty(fc.nat(end), async (length) => {
        const { problems, warnings } = await check(bytes.subarray(0, length));
        const expected = length === end ? 0 : 1;
        expect(problems.length + warnings.length).toBeGreaterThanOrEqual(expected);
      }),
    );
  });

  it('returns a report or throws a ZosiaError for changed bytes', async () => {
    const bytes = await imageBytes(planCpio(SAMPLE));
    const change = fc.tuple(fc.nat(bytes.length - 1), fc.nat(255));
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        const damaged = changes.reduce((all, [at, value]) => withByte(all, at, value), bytes);
        const outcome = await check(damaged).catch((error: unknown) => error);
        if (outcome instanceof Error) expect(outcome).toBeInstanceOf(ZosiaError);
        else expect(outcome).toMatchObject({ summary: { archiveCount: expect.any(Number) } });
      }),
    );
  });

  it('describes at most maxProblems problems and counts all', async () => {
    const members = Array.from({ length: 7 }, (_, i) => ({ name: `no/${i}` }));
    const report = await verifyCpio(accessBytes(archive(...members)), { maxProblems: 3 });
    expect(report.problems).toHaveLength(3);
    expect(report.summary.problemCount).toBe(7);
  });

  it('rejects an archive that unpacks to more than maxBytes', async () => {
    const source = accessBytes(gzipSync(archive({ name: 'a', data: Buffer.alloc(1 << 20) })));
    await expect(verifyCpio(source, { maxBytes: 1 << 20 })).rejects.toThrow(
      zosiaError('ZOSIA_DECOMPRESSED_TOO_LARGE'),
    );
    expect((await verifyCpio(source, { maxBytes: 1 << 21 })).problems).toEqual([]);
  });
});

function withTail(bytes: Uint8Array, tail: string): Buffer {
  return Buffer.concat([bytes, Buffer.from(tail)]);
}
