import { chmod, mkdir, open, readFile, symlink, utimes, writeFile } from 'node:fs/promises';
import { execa } from 'execa';
import { beforeAll, expect, it } from 'vitest';
import { readTar } from '../../src/formats/tar/open.js';
import { tarTree } from '../../src/formats/tar/tree.js';
import { accessBytes } from '../../src/image/random-access.js';
import { GNU_TAR, describeWithPrograms } from '../support/programs.js';
import { temporaryFolder } from '../support/temporary.js';

const LIMITS = { maxBytes: 1 << 24 };
/** Over the 100 bytes of a header's field, and over the 255 of POSIX's two. */
const LONG = `${'folder with a name/'.repeat(6)}file`;
const LONGER = `${'folder with a name/'.repeat(15)}file`;
const TARGET = `${'../'.repeat(40)}somewhere`;
const MTIME = 1_600_000_000;

const folder = temporaryFolder();

beforeAll(async () => {
  for (const path of [LONG, LONGER]) {
    const at = folder.file(`tree/${path}`);
    await mkdir(at.slice(0, at.lastIndexOf('/')), { recursive: true });
    await writeFile(at, path);
  }
  await writeFile(folder.file('tree/ä'), 'a name in UTF-8');
  await writeFile(folder.file('tree/empty'), '');
  await chmod(folder.file('tree/ä'), 0o4711);
  await utimes(folder.file('tree/ä'), MTIME, MTIME);
  await symlink(TARGET, folder.file('tree/link'));
  await execa('ln', ['tree/ä', 'tree/other'], { cwd: folder.path });
  await execa('mkfifo', ['tree/pipe'], { cwd: folder.path });
  await mkdir(folder.file('holes'));
  const file = await open(folder.file('holes/1 sparse'), 'w');
  // GNU's header has room for four pieces of data, and each block behind it for 21.
  for (let piece = 0; piece < 40; piece++) await file.write('data', piece * 2 ** 20);
  await file.close();
  await writeFile(folder.file('holes/2 after'), 'what follows it');
});

/** By their numbers: what writes an archive may name them, as the number is all that counts. */
const GNU = ['--numeric-owner', '--owner=5', '--group=6', '--sort=name'];

describeWithPrograms([GNU_TAR, 'bsdtar'], 'a tar archive of another program', () => {
  it.each<[string, string, readonly string[]]>([
    ['GNU tar, gnu', 'tar', ['--format=gnu', ...GNU]],
    ['GNU tar, oldgnu', 'tar', ['--format=oldgnu', ...GNU]],
    ['GNU tar, pax', 'tar', ['--format=pax', ...GNU]],
    ['bsdtar, pax', 'bsdtar', ['--format=pax', '--uid=5', '--gid=6']],
    ['bsdtar, gnutar', 'bsdtar', ['--format=gnutar', '--uid=5', '--gid=6']],
  ])('is read as the tree that it was made of: %s', async (_, program, options) => {
    await execa(program, ['-cf', 'x.tar', ...options, '-C', 'tree', '.'], { cwd: folder.path });
    const tree = await tarTree(accessBytes(await readFile(folder.file('x.tar'))), LIMITS);
    const byPath = new Map(tree.map((entry) => [entry.path, entry]));
    const owner = { uid: 5, gid: 6 };
    for (const path of [LONG, LONGER]) {
      const data = new Uint8Array(Buffer.from(path));
      expect(byPath.get(`/${path}`)).toMatchObject({ type: 'file', data, ...owner });
    }
    expect(byPath.get('/link')).toMatchObject({ type: 'symlink', target: TARGET, ...owner });
    expect(byPath.get('/pipe')).toMatchObject({ type: 'fifo', ...owner });
    // Either of the two may come first, and has the contents.
    const names = ['/other', '/ä'].map((path) => byPath.get(path));
    const file = names.find((entry) => entry?.type === 'file');
    expect(file).toMatchObject({ mode: 0o4711, mtime: { seconds: MTIME }, ...owner });
    expect(names).toContainEqual(expect.objectContaining({ type: 'hardlink', target: file!.path }));
    // The folders of the two long paths have fourteen names.
    expect(tree).toHaveLength(1 + 15 + 2 + 5);
  });

  it.each<[string, string, readonly string[]]>([
    ['GNU tar, gnu', 'tar', ['-S', '--format=gnu']],
    ['GNU tar, pax 0.0', 'tar', ['-S', '--format=pax', '--sparse-version=0.0']],
    ['GNU tar, pax 0.1', 'tar', ['-S', '--format=pax', '--sparse-version=0.1']],
    ['GNU tar, pax 1.0', 'tar', ['-S', '--format=pax', '--sparse-version=1.0']],
    ['bsdtar', 'bsdtar', ['--format=pax']],
  ])('tells a file with holes, and goes on behind it: %s', async (_, program, options) => {
    const names = ['1 sparse', '2 after'];
    const args = ['-cf', 'holes.tar', ...options, '-C', 'holes', ...names];
    await execa(program, args, { cwd: folder.path });
    const found: [string, string | undefined][] = [];
    const source = accessBytes(await readFile(folder.file('holes.tar')));
    await readTar(source, ({ name, type }) => void found.push([name, type]), LIMITS);
    expect(found).toEqual([
      ['1 sparse', 'sparse'],
      ['2 after', 'file'],
    ]);
  });
});
