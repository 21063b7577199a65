import { gzipSync } from 'node:zlib';
import { MODES, TRAILER, oddMembers, padded } from '../../formats/cpio/odd.js';
import type { OddMember } from '../../formats/cpio/odd.js';

const { directory, symlink } = MODES;
const FIFO = 0o010644;
const SOCKET = 0o140600;
const CHARACTER_DEVICE = 0o020600;
const NUL_DATA = Buffer.from('tar\0get');

/** Members in a folder of their own below /odd. */
function members(folder: string, ...list: readonly OddMember[]): Buffer {
  const below = list.map((member) => ({
    ...member,
    name: Buffer.concat([Buffer.from(`odd/${folder}/`), Buffer.from(member.name)]),
  }));
  return oddMembers({ name: `odd/${folder}`, mode: directory }, ...below);
}
const archive = (...pieces: readonly Buffer[]): Buffer => Buffer.concat([...pieces, TRAILER]);

const sumOf = (text: string): number => Buffer.from(text).reduce((sum, byte) => sum + byte, 0);
const linked = { inode: 5, linkCount: 2 };

/** A name of this length with its NUL, all of it in folders that are there. */
const longName = (length: number): string => './'.repeat(length).slice(0, length - 2) + 'n';

/** What the kernel unpacks, and passes over, without stopping; all of it below /odd. */
export const ODD_ARCHIVES: readonly Buffer[] = [
  archive(
    oddMembers({ name: 'odd', mode: directory }),
    members(
      'types',
      { name: 'file', data: 'file', uid: 12, gid: 34, mtimeSeconds: 1_700_000_000 },
      { name: 'setuid', mode: 0o106755 },
      { name: 'fifo', mode: FIFO },
      { name: 'socket', mode: SOCKET },
      { name: 'null', mode: CHARACTER_DEVICE, major: 1, minor: 3 },
      { name: 'link', mode: symlink, data: 'file', uid: 7 },
    ),
    members(
      'passed over',
      { name: 'empty target', mode: symlink },
      { name: 'long target', mode: symlink, data: 'x'.repeat(4097) },
      { name: 'longest target', mode: symlink, data: 'x'.repeat(4095) },
      { name: 'target with its NUL', mode: symlink, data: `${'x'.repeat(4095)}\0` },
      { name: 'target of 4096', mode: symlink, data: 'x'.repeat(4096) },
      { name: 'target up to a NUL', mode: symlink, data: NUL_DATA },
      { name: 'target of a NUL', mode: symlink, data: '\0' },
      { name: 'mode 0', mode: 0 },
      { name: 'mode 0 with data', mode: 0, data: 'data' },
      { name: 'type 3', mode: 0o030644 },
      { name: 'folder with data', mode: directory, data: 'data' },
      { name: 'fifo with data', mode: FIFO, data: 'data' },
      { name: 'component of 255', data: 'x' },
      { name: 'y'.repeat(255), data: 'y' },
      { name: 'z'.repeat(256), data: 'z' },
      { name: '' },
      { name: 'slash at the end/' },
      { name: 'folder with a slash/', mode: directory },
      { name: 'fifo with a slash/', mode: FIFO },
      { name: './/./dots', data: 'dots' },
      { name: '..', mode: 0o040700, uid: 3 },
      { name: 'file in the way', data: 'x' },
      { name: 'file in the way/below', data: 'x' },
      { name: 'kept', data: 'kept' },
    ),
    members(
      'no folder',
      { name: 'missing/file', data: 'x' },
      { name: 'missing/deeper/folder', mode: directory },
      { name: 'missing/deeper/folder/file', data: 'x' },
      { name: 'missing/link', mode: symlink, data: '../here' },
      { name: 'missing/link/file', data: 'x' },
      { name: 'here', mode: directory },
      { name: 'here/file', data: 'x' },
      { name: 'missing/link/file', data: 'not there' },
    ),
    members(
      'made late',
      { name: 'folder/before', data: 'x' },
      { name: 'folder', mode: directory },
      { name: 'folder/after', data: 'x' },
      { name: 'file/before', data: 'x' },
      { name: 'file', data: 'x' },
    ),
    members(
      'symlinks',
      { name: 'usr', mode: directory },
      { name: 'usr/bin', mode: directory },
      { name: 'bin', mode: symlink, data: 'usr/bin' },
      { name: 'bin/sh', data: 'sh' },
      { name: 'absolute', mode: symlink, data: '/odd/symlinks/usr' },
      { name: 'absolute/bin/ls', data: 'ls' },
      { name: 'up', mode: symlink, data: 'usr/bin/../../usr' },
      { name: 'up/../up', data: 'behind dots' },
      { name: 'round', mode: symlink, data: 'round' },
      { name: 'round/file', data: 'x' },
      { name: 'dangling', mode: symlink, data: 'nowhere' },
      { name: 'dangling/file', data: 'x' },
      { name: 'replaced', mode: symlink, data: 'usr' },
      { name: 'replaced', data: 'a file now' },
      { name: 'to folder', mode: symlink, data: 'usr' },
      { name: 'to folder', mode: directory },
      { name: 'bin/sh', data: 'another sh' },
    ),
    members(
      'hard links',
      { ...linked, name: 'x', data: 'one' },
      { ...linked, name: 'y' },
      { ...linked, name: 'other device', data: 'two', deviceMinor: 2 },
      { ...linked, name: 'other major', data: 'three', deviceMajor: 2 },
      { ...linked, name: 'other type', mode: FIFO },
      { ...linked, name: 'more of that type', mode: FIFO },
      { ...linked, name: 'one link', linkCount: 1, data: 'four' },
      { inode: 6, linkCount: 2, name: 'data last' },
      { inode: 6, linkCount: 2, name: 'data last 2', data: 'late', mode: 0o100600, uid: 9 },
      { inode: 7, linkCount: 2, name: 'data twice', data: 'long first' },
      { inode: 7, linkCount: 2, name: 'data twice 2', data: 'short' },
      { inode: 8, linkCount: 3, name: 'missing/first', data: 'lost' },
      { inode: 8, linkCount: 3, name: 'of a lost one', data: 'x' },
      { inode: 9, linkCount: 2, name: 'gone', data: 'gone' },
      { name: 'gone', mode: directory },
      { inode: 9, linkCount: 2, name: 'of one that is gone' },
      { inode: 10, linkCount: 2, name: 'node', mode: CHARACTER_DEVICE, major: 1, minor: 5 },
      { inode: 10, linkCount: 2, name: 'node 2', mode: 0o020644, major: 1, minor: 7 },
      { inode: 11, linkCount: 2, name: 'itself', data: 'itself' },
      { inode: 11, linkCount: 2, name: 'itself', data: 'again' },
    ),
    members(
      'twice',
      { name: 'shorter', data: 'a long text at first', mode: 0o100600, uid: 1 },
      { name: 'shorter', data: 'short' },
      { name: 'emptied', data: 'text' },
      { name: 'emptied' },
      { inode: 12, linkCount: 2, name: 'written', data: 'first' },
      { inode: 12, linkCount: 2, name: 'written through' },
      { name: 'written', data: 'second' },
      { name: 'folder', mode: 0o040700 },
      { name: 'folder/file', data: 'x' },
      { name: 'folder', mode: 0o040755, gid: 2 },
      { name: 'folder', data: 'no file' },
      { name: 'folder', mode: symlink, data: 'no link' },
      { name: 'folder', mode: 0o010600, uid: 4, gid: 5 },
      { name: 'empty folder', mode: directory },
      { name: 'empty folder', mode: symlink, data: 'link' },
      { name: 'file', data: 'x' },
      { name: 'file', mode: 0 },
      { name: 'empty folder 2', mode: directory },
      { name: 'empty folder 2', mode: 0 },
      { name: 'link', mode: symlink, data: 'first' },
      { name: 'link', mode: symlink, data: 'second' },
      { name: 'null', mode: CHARACTER_DEVICE, major: 1, minor: 3 },
      { name: 'null', mode: 0o020666, major: 1, minor: 5 },
    ),
    members(
      'bytes',
      { name: Buffer.from([0x61, 0x9b]), data: '1' },
      { name: Buffer.from([0x61, 0x9a]), data: '2' },
      { name: Buffer.from('tab\tline\nback\\x41'), data: '3' },
      { name: 'link', mode: symlink, data: Buffer.from([0x61, 0x9b]) },
    ),
    members(
      'names',
      { name: 'padded', data: 'padded', namePadding: 1000 },
      { name: 'padded to the limit', data: 'x', namePadding: 4096 - 20 - 10 },
      { name: 'padded beyond', data: 'x', namePadding: 5000 },
      { name: 'padded link', mode: symlink, data: 'padded', namePadding: 7 },
    ),
    oddMembers(
      { name: longName(4096).replace(/n$/, '') + 'o', mode: directory },
      { name: 'x'.repeat(4096), data: 'x' },
      { name: 'x'.repeat(5000), data: 'x' },
    ),
    members('sums', { name: 'right', data: 'sum', magic: '070702', checksum: sumOf('sum') }),
    oddMembers({ name: 'odd/sums/link', mode: symlink, data: 'x', magic: '070702', checksum: 1 }),
    oddMembers({ name: 'odd/sums/plain', data: 'x', checksum: 1 }),
    oddMembers({ name: 'odd/sums/empty', magic: '070702', checksum: 0 }),
  ),
  Buffer.alloc(512),
  archive(
    members(
      'second archive',
      { ...linked, name: 'same inode', data: 'of its own' },
      { name: 'TRAILER!!!x', data: 'no trailer' },
    ),
  ),
  // Without a trailer, so that links go on in the packed part.
  members('no trailer', { inode: 20, linkCount: 2, name: 'first', data: 'goes on' }),
  padded(gzipSync(archive(members('packed', { inode: 20, linkCount: 2, name: 'goes on' })))),
  Buffer.alloc(64),
  padded(gzipSync(members('packed again', { name: 'file' }))),
  archive(members('after packed', { name: 'file', data: 'plain' })),
];

/** What stops the kernel: nothing behind it is unpacked. */
export const STOPPING_ARCHIVES: readonly Buffer[] = [
  archive(
    members(
      'stopped',
      { name: 'wrong sum', data: 'sum', magic: '070702', checksum: sumOf('sum') + 1 },
      { name: 'behind', data: 'x' },
    ),
  ),
  archive(members('never', { name: 'file', data: 'x' })),
];
