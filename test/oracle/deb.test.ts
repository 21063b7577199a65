import { execFile } from 'node:child_process';
import {
  chmod,
  link,
  lstat,
  mkdir,
  readFile,
  readdir,
  readlink,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { extract } from 'tar-stream';
import { beforeAll, expect, it } from 'vitest';
import { readDeb } from '../../src/formats/deb/deb.js';
import type { DebEntry } from '../../src/formats/deb/deb.js';
import { memberPath } from '../../src/formats/member-path.js';
import { collect } from '../support/async.js';
import { describeWithPrograms } from '../support/programs.js';
import { temporaryFolder } from '../support/temporary.js';

const run = promisify(execFile);
const folder = temporaryFolder();

/** Text that packs neither to nothing nor not at all, over the size of any decoder's buffer. */
const LARGE = Array.from({ length: 40_000 }, (_, index) => `${index} ${(index * 7919) % 997}\n`);

async function makeTree(root: string): Promise<void> {
  const files: readonly (readonly [string, string, number])[] = [
    ['DEBIAN/control', CONTROL, 0o644],
    ['usr/bin/tool', '#!/bin/sh\n', 0o755],
    ['usr/lib/large', LARGE.join(''), 0o644],
    [`usr/share/${'deep/'.repeat(30)}größe 模型`, 'far down', 0o600],
    ['usr/share/empty', '', 0o644],
  ];
  for (const [name, contents, mode] of files) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), contents);
    await chmod(join(root, name), mode);
  }
  // dpkg-deb requires this mode for DEBIAN, whatever the umask.
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) await chmod(join(entry.parentPath, entry.name), 0o755);
  }
  await symlink('../lib/large', join(root, 'usr/bin/large'));
  await link(join(root, 'usr/bin/tool'), join(root, 'usr/bin/tool2'));
}

const CONTROL = `Package: zosia-sample
Version: 1:2.0+dfsg-3
Architecture: all
Maintainer: Nobody <nobody@example.org>
Description: sample
 for a test
`;

/** What dpkg-deb unpacks the package to, read with tar-stream. */
async function dpkgEntries(path: string): Promise<DebEntry[]> {
  const { stdout } = await run('dpkg-deb', ['--fsys-tarfile', path], {
    encoding: 'buffer',
    maxBuffer: 2 ** 30,
  });
  const parser = extract();
  parser.end(stdout);
  const entries: DebEntry[] = [];
  for await (const entry of parser) {
    const { name, type, mode, linkname, size } = entry.header;
    const bytes = new Uint8Array(Buffer.concat((await collect(entry)) as readonly Uint8Array[]));
    const common = { path: memberPath(name)!, mode, sizeBytes: size };
    if (type === 'file') entries.push({ ...common, type, bytes });
    else if (type === 'symlink') entries.push({ ...common, type, target: linkname });
    else if (type === 'link') {
      entries.push({ ...common, type: 'hardlink', target: memberPath(linkname)! });
    } else entries.push({ ...common, type: 'directory' });
  }
  return entries;
}

describeWithPrograms(['dpkg-deb'], 'dpkg-deb', () => {
  beforeAll(async () => {
    await makeTree(folder.file('tree'));
  });

  it.each(['xz', 'zstd', 'gzip', 'none'])(
    'lists the same entries as readDeb for a package packed with %s',
    async (kind) => {
      const path = folder.file(`${kind}.deb`);
      await run('dpkg-deb', ['-b', `-Z${kind}`, '--root-owner-group', folder.file('tree'), path]);
      const bytes = await readFile(path);
      const expected = await dpkgEntries(path);
      expect(expected.map(({ type }) => type)).toEqual(
        expect.arrayContaining(['file', 'directory', 'symlink', 'hardlink']),
      );
      expect(await collect(readDeb(bytes))).toEqual(expected);
    },
  );

  it('unpacks the same files as readDeb', async () => {
    const path = folder.file('xz.deb');
    await run('dpkg-deb', ['-b', '-Zxz', '--root-owner-group', folder.file('tree'), path]);
    const target = folder.file('unpacked');
    await run('dpkg-deb', ['-x', path, target]);
    const entries = await collect(readDeb(await readFile(path)));
    for (const entry of entries) {
      const unpacked = join(target, entry.path);
      const stat = await lstat(unpacked);
      if (entry.type === 'symlink') {
        expect(await readlink(unpacked)).toBe(entry.target);
        continue;
      }
      expect(stat.isDirectory(), entry.path).toBe(entry.type === 'directory');
      expect(stat.mode & 0o7777, entry.path).toBe(entry.mode);
      if (entry.type === 'file') {
        expect(Buffer.compare(entry.bytes!, await readFile(unpacked)), entry.path).toBe(0);
      } else if (entry.type === 'hardlink') {
        expect(stat.ino).toBe((await lstat(join(target, entry.target!))).ino);
      }
    }
    const names = await readdir(target, { recursive: true });
    expect(entries.map(({ path: name }) => name).sort()).toEqual(
      ['/', ...names.map((name) => `/${name}`)].sort(),
    );
  });
});
