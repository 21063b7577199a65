import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { accessBytes } from '../../../src/image/random-access.js';
import { cpioTree } from '../../../src/inspect/cpio/tree.js';
import { openFile } from '../../../src/inspect/open-file.js';
import { MODES, TRAILER, oddMembers, padded } from '../../formats/cpio/odd.js';
import type { OddMember } from '../../formats/cpio/odd.js';
import { listAll } from '../samples.js';

const { file, directory, symlink } = MODES;
const archive = (...members: readonly OddMember[]): Buffer =>
  Buffer.concat([oddMembers(...members), TRAILER]);

/** Every path with its content or target, what the kernel leaves out, and what stops it. */
async function unpacked(...pieces: readonly Uint8Array[]) {
  const tree = await cpioTree(accessBytes(Buffer.concat(pieces)));
  const files: Record<string, string> = {};
  for (const { path, type, target } of await listAll(tree)) {
    if (type === 'file') {
      const content = await openFile(tree, path);
      files[path] = Buffer.from(await content.read(0, content.sizeBytes)).toString('latin1');
    } else files[path] = target === undefined ? type : `-> ${target}`;
  }
  const skipped = tree.skipped.problems.map(({ code }) => code);
  return { files, skipped, damage: tree.damage?.message };
}

const LONG = 'x'.repeat(4096);
const A = archive({ name: 'a', data: 'first' });
const B = archive({ name: 'b', data: 'second' });
const both = { files: { '/a': 'first', '/b': 'second' }, skipped: [], damage: undefined };

describe('cpioTree of several archives in one file', () => {
  it.each<[string, () => Uint8Array[]]>([
    ['plain, then gzip', () => [A, gzipSync(B)]],
    ['plain, zeros, gzip', () => [A, Buffer.alloc(512), gzipSync(B)]],
    ['gzip, zeros, gzip', () => [gzipSync(A), Buffer.alloc(13), gzipSync(B)]],
    ['gzip, then plain', () => [padded(gzipSync(A)), B]],
    ['zeros first', () => [Buffer.alloc(512), A, B]],
    ['no trailer', () => [oddMembers({ name: 'a', data: 'first' }, { name: 'b', data: 'second' })]],
    ['no trailer, then gzip', () => [oddMembers({ name: 'a', data: 'first' }), gzipSync(B)]],
  ])('reads all of their files: %s', async (_, pieces) => {
    expect(await unpacked(...pieces())).toEqual(both);
  });

  it('stops where the kernel stops, and says why', async () => {
    const junk = await unpacked(A, Buffer.from('junk'));
    expect(junk).toMatchObject({ files: { '/a': 'first' } });
    expect(junk.damage).toMatch(/neither a header of a member nor packed data/);
    const inGzip = await unpacked(gzipSync(Buffer.concat([A, Buffer.from('junk')])));
    expect(inGzip).toMatchObject({ files: { '/a': 'first' } });
    expect(inGzip.damage).toMatch(/no header of a member/);
    expect((await unpacked(A, Buffer.from('\x89LZO', 'latin1'))).damage).toMatch(/packed with lzo/);
    expect((await unpacked(A, Buffer.from('BZh9'))).damage).toMatch(/packed with bzip2/);
    expect((await unpacked(A, Buffer.of(0x5d, 0, 0, 0))).damage).toMatch(/packed with lzma/);
    expect((await unpacked(A, Buffer.from('070707'.padEnd(200)))).damage).toMatch(/070707/);
    expect((await unpacked(A, gzipSync(B).subarray(0, -4))).damage).toMatch(/cut short/);
  });
});

describe('cpioTree of one member', () => {
  it('compares the checksum of a member with the magic number 070702', async () => {
    const member = { name: 'a', data: 'ab', magic: '070702' };
    const sum = 0x61 + 0x62;
    expect((await unpacked(archive({ ...member, checksum: sum }))).damage).toBeUndefined();
    const wrong = await unpacked(archive({ ...member, checksum: sum + 1 }, { name: 'b' }));
    expect(wrong.files).toEqual({ '/a': 'ab' });
    expect(wrong.damage).toMatch(/checksum \(c3 instead of c4\)/);
  });

  it.each<[string, OddMember, string]>([
    ['without a type', { name: 'x', mode: 0 }, 'no-type'],
    ['with a 4096-byte target', { name: 'x', mode: symlink, data: LONG }, 'target-length'],
    ['with a 4097-byte target', { name: 'x', mode: symlink, data: `${LONG}x` }, 'target-length'],
    ['with a 4096-byte name', { name: 'x'.repeat(4096) }, 'name-length'],
    ['that is a directory with data', { name: 'x', mode: directory, data: 'x' }, 'unexpected-data'],
    ['with a 256-byte name component', { name: 'x'.repeat(256) }, 'no-place'],
  ])('skips only the member %s', async (_, odd, code) => {
    const found = await unpacked(archive(odd, { name: 'ok', data: 'ok' }));
    expect(found).toEqual({ files: { '/ok': 'ok' }, skipped: [code], damage: undefined });
  });

  it('accepts a symlink with an empty target, as the kernel does', async () => {
    const found = await unpacked(archive({ name: 'x', mode: symlink }, { name: 'ok', data: 'ok' }));
    expect(found).toEqual({ files: { '/x': '-> ', '/ok': 'ok' }, skipped: [], damage: undefined });
  });

  it('ends a name at its first NUL', async () => {
    const found = await unpacked(archive({ name: 'a', data: 'Z', namePadding: 4000 }));
    expect(found.files).toEqual({ '/a': 'Z' });
  });

  it('keeps the bytes of a name and of a target that are not UTF-8', async () => {
    const name = (byte: number): Uint8Array => Buffer.of(0x61, byte);
    const found = await unpacked(
      archive(
        { name: name(0x9b), data: '1' },
        { name: name(0x9a), data: '2' },
        { name: 'l', mode: symlink, data: name(0x9b) },
      ),
    );
    expect(found.files).toEqual({ '/a\\x9a': '2', '/a\\x9b': '1', '/l': '-> a\\x9b' });
  });

  it('follows a symlink in the path of a member', async () => {
    const found = await unpacked(
      archive(
        { name: 'usr', mode: directory },
        { name: 'usr/bin', mode: directory },
        { name: 'bin', mode: symlink, data: 'usr/bin' },
        { name: 'bin/sh', data: 'sh' },
      ),
    );
    expect(found.files).toMatchObject({ '/bin': '-> usr/bin', '/usr/bin/sh': 'sh' });
    expect(found.skipped).toEqual([]);
  });

  it('lists a member whose folder has no member, and reports that the kernel skips it', async () => {
    const found = await unpacked(archive({ name: 'no/x', data: 'x' }, { name: 'dev/x' }));
    expect(found.files).toMatchObject({ '/no/x': 'x', '/dev/x': '' });
    expect(found.skipped).toEqual(['no-folder']);
  });

  it('skips members that precede their folder, what lies in them and what links to them', async () => {
    const found = await unpacked(
      archive(
        { name: 'no/folder', mode: directory },
        { name: 'no/folder/x', data: 'x' },
        { name: 'no/first', data: 'x', inode: 5, linkCount: 2 },
        { name: 'second', inode: 5, linkCount: 2 },
        { name: 'no', mode: directory },
        { name: 'no/folder', data: 'a file' },
      ),
    );
    expect(found.files).toEqual({ '/no': 'directory', '/no/first': 'x', '/no/folder': 'a file' });
    expect(found.skipped).toEqual(['no-folder', 'no-folder', 'no-folder', 'link-lost']);
  });

  it('replaces a member of another type, but no folder that has contents', async () => {
    const found = await unpacked(
      archive(
        { name: 'l', mode: symlink, data: 'd' },
        { name: 'd', mode: directory },
        { name: 'd/x' },
        { name: 'l', mode: directory },
        { name: 'd', data: 'no' },
      ),
    );
    expect(found.files).toEqual({ '/l': 'directory', '/d': 'directory', '/d/x': '' });
    expect(found.skipped).toEqual(['in-the-way']);
  });
});

describe('cpioTree of members with the same inode number', () => {
  const x = { name: 'x', data: '1', inode: 5, linkCount: 2 };
  const y = { name: 'y', inode: 5, linkCount: 2 };

  it('joins them into one file', async () => {
    expect((await unpacked(archive(x, y))).files).toEqual({ '/x': '1', '/y': '1' });
  });

  it.each<[string, () => Uint8Array[]]>([
    ['another device', () => [archive(x, { ...y, data: '2', deviceMinor: 2 })]],
    ['another archive', () => [archive(x), archive({ ...y, data: '2' })]],
    ['one link each', () => [archive({ ...x, linkCount: 1 }, { ...y, data: '2', linkCount: 1 })]],
  ])('does not join them if they have %s', async (_, pieces) => {
    expect((await unpacked(...pieces())).files).toEqual({ '/x': '1', '/y': '2' });
  });

  it('does not join them when they have different types', async () => {
    const fifo = { ...y, mode: 0o010644 };
    expect((await unpacked(archive(x, fifo))).files).toEqual({ '/x': '1', '/y': 'fifo' });
    expect(file).toBe(0o100644);
  });
});
