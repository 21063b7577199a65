import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { verifyCpio } from '../../../src/formats/cpio/check/checker.js';
import { NEWC_FIELDS } from '../../../src/formats/cpio/layout.js';
import type { CpioObserver, StoredMember } from '../../../src/formats/cpio/observer.js';
import { planCpio } from '../../../src/formats/cpio/writer.js';
import { accessBytes } from '../../../src/image/random-access.js';
import { SecondReader } from '../../../src/inspect/cpio/second-reader.js';
import { trees } from '../../formats/cpio/entries.js';
import { MODES, TRAILER, oddMember, oddMembers } from '../../formats/cpio/odd.js';
import type { OddMember } from '../../formats/cpio/odd.js';
import { imageBytes } from '../../support/images.js';

const { directory, symlink } = MODES;

const archive = (...members: readonly OddMember[]): Buffer =>
  Buffer.concat([oddMembers(...members), TRAILER]);

/** What differs when both read the same bytes, or when zosia reports other ones. */
async function compare(
  bytes: Uint8Array,
  tell: (reader: CpioObserver) => CpioObserver = (reader) => reader,
) {
  const reader = new SecondReader();
  await verifyCpio(accessBytes(bytes), { observer: tell(reader) });
  const found = reader.differences.problems.map(({ code, where }) => `${code} ${where}`);
  return { found, ...reader.comparison };
}

/** Reports members to the second reader that differ from the stored ones. */
const told =
  (change: (stored: StoredMember) => Partial<StoredMember>) =>
  (reader: CpioObserver): CpioObserver => ({
    member: (stored) => reader.member({ ...stored, ...change(stored) }),
    data: (bytes) => reader.data(bytes),
    end: (padding) => reader.end(padding),
  });

/** The header that cpio-stream gets, with other digits in a field. */
const withDigits =
  (field: keyof typeof NEWC_FIELDS, digits: string) =>
  ({ headerBytes }: StoredMember): Partial<StoredMember> => {
    const changed = Buffer.from(headerBytes);
    changed.write(digits, NEWC_FIELDS[field].offset, 'latin1');
    return { headerBytes: changed };
  };

describe('comparing zosia with cpio-stream', () => {
  it('finds no difference in any archive that planCpio makes', async () => {
    await fc.assert(
      fc.asyncProperty(trees, async (tree) => {
        const { found } = await compare(await imageBytes(planCpio(tree)));
        expect(found).toEqual([]);
      }),
    );
  });

  const a = archive({ name: 'a', data: 'first' });
  it.each<[string, Uint8Array, number]>([
    ['archives that follow each other', Buffer.concat([a, Buffer.alloc(400), a, a]), 3],
    ['packed archives after a plain one', Buffer.concat([a, gzipSync(a), gzipSync(a)]), 3],
    ['an archive without a trailer', oddMembers({ name: 'a', data: '12345' }), 1],
    ['an archive without final padding', oddMember({ name: 'a', data: '1' }).subarray(0, 113), 1],
    ['member checksums', archive({ name: 'a', data: '12', magic: '070702', checksum: 0x63 }), 1],
    ['names that are padded with NULs', archive({ name: 'a', data: 'x', namePadding: 5 }), 1],
    ['names with a NUL in the middle', archive({ name: 'a\0b' }), 1],
    [
      'hard links',
      archive(
        { name: 'a', inode: 5, linkCount: 2 },
        { name: 'b', inode: 5, linkCount: 2, data: 'x' },
      ),
      2,
    ],
    [
      'symlinks, one of them without a target',
      archive(
        { name: 'a', mode: symlink, data: 'größe' },
        { name: 'b', mode: symlink },
        { name: 'c', mode: symlink, data: Buffer.of(0xff, 0xfe) },
      ),
      3,
    ],
    ['contents in many pieces', archive({ name: 'a', data: Buffer.alloc(3_000_001, 'zosia') }), 1],
    ['many members', archive(...Array.from({ length: 2000 }, (_, i) => ({ name: `${i}` }))), 2000],
  ])('finds no difference in %s', async (_, bytes, memberCount) => {
    expect(await compare(bytes)).toMatchObject({ found: [], memberCount });
  });

  it('compares names that are not ASCII only in part', async () => {
    const bytes = archive({ name: 'größe' }, { name: Buffer.of(0x61, 0x80) }, { name: 'plain' });
    expect(await compare(bytes)).toMatchObject({ found: [], partlyComparedNameCount: 2 });
  });
});

describe('the second reader of cpio archives', () => {
  const bytes = archive(
    { name: 'd', mode: directory },
    { name: 'd/a', data: 'content' },
    { name: 'l', mode: symlink, data: 'd/a' },
  );
  const only =
    (path: string, change: (stored: StoredMember) => Partial<StoredMember>) =>
    (stored: StoredMember) => (stored.path === path ? change(stored) : {});

  it.each<[string, string[], (stored: StoredMember) => Partial<StoredMember>]>([
    ['a name', ['second-reader-name /d/a'], only('/d/a', () => ({ name: 'd/b' }))],
    [
      'a mode',
      ['second-reader-header /d'],
      only('/d', ({ header }) => ({ header: { ...header, mode: 0o40700 } })),
    ],
    [
      'an inode number',
      ['second-reader-header /d/a'],
      only('/d/a', ({ header }) => ({ header: { ...header, inode: 6 } })),
    ],
    [
      'the size and content of a file',
      ['second-reader-header /d/a', 'second-reader-content /d/a'],
      only('/d/a', withDigits('sizeBytes', '00000005')),
    ],
    [
      'the size and target of a symlink',
      ['second-reader-header /l', 'second-reader-target /l'],
      only('/l', withDigits('sizeBytes', '00000002')),
    ],
    [
      'the trailer of an archive',
      ['second-reader-members /TRAILER!!!'],
      only('/TRAILER!!!', () => ({ isTrailer: false })),
    ],
  ])('reports a difference in %s', async (_, expected, change) => {
    expect((await compare(bytes, told(change))).found).toEqual(expected);
  });

  it('reports where cpio-stream stops, and continues with the next archive', async () => {
    const broken = told(
      only('/d/a', ({ headerBytes }) => ({
        headerBytes: Buffer.from(headerBytes).fill('x', 0, 6),
      })),
    );
    const two = Buffer.concat([bytes, archive({ name: 'next' })]);
    expect(await compare(two, broken)).toMatchObject({
      found: ['second-reader-stopped /d/a'],
      memberCount: 2,
    });
  });

  it('reports a member of which cpio-stream expects more bytes than it has', async () => {
    const longer = told(only('/d/a', withDigits('sizeBytes', '00000009')));
    expect((await compare(bytes, longer)).found[0]).toMatch(/^second-reader-\w+ \/d\/a$/);
  });
});
