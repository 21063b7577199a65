import { describe, expect, it } from 'vitest';
import { accessBytes } from '../../../src/image/random-access.js';
import { cpioTree } from '../../../src/inspect/cpio/tree.js';
import { openFile } from '../../../src/inspect/open-file.js';
import { zosiaError } from '../../support/errors.js';
import { cpioBytes, listAll } from '../samples.js';

const text = (path: string, data: string, mode = 0o644) =>
  ({ type: 'file', path, mode, data: Buffer.from(data) }) as const;
const directory = (path: string) => ({ type: 'directory', path, mode: 0o755 }) as const;

async function treeOf(...archives: Uint8Array[]) {
  return cpioTree(accessBytes(Buffer.concat(archives)));
}

describe('cpioTree', () => {
  it('has the files of all archives, with later members in place of earlier ones', async () => {
    const tree = await treeOf(
      await cpioBytes([directory('/etc'), text('/etc/a', 'first'), text('/etc/b', 'kept')]),
      await cpioBytes([directory('/etc'), text('/etc/a', 'second')]),
    );
    expect(tree).toMatchObject({ memberCount: 5, archiveCount: 2 });
    expect((await listAll(tree)).map(({ path }) => path)).toEqual(['/etc', '/etc/a', '/etc/b']);
    const content = await openFile(tree, '/etc/a');
    expect(Buffer.from(await content.read(0, content.sizeBytes)).toString()).toBe('second');
  });

  it('looks up paths through symlinks, which cannot leave the archive', async () => {
    const tree = await treeOf(
      await cpioBytes([
        directory('/usr'),
        directory('/usr/lib'),
        text('/usr/lib/x', 'found'),
        { type: 'symlink', path: '/lib', mode: 0o777, target: 'usr/lib' },
        { type: 'symlink', path: '/usr/up', mode: 0o777, target: '../../../lib/x' },
        { type: 'symlink', path: '/abs', mode: 0o777, target: '/usr' },
        { type: 'symlink', path: '/round', mode: 0o777, target: 'round' },
      ]),
    );
    for (const path of ['/lib/x', 'usr/up', '/abs/lib/x', '//usr/./lib/../lib/x']) {
      const content = await openFile(tree, path);
      expect(Buffer.from(await content.read(0, 5)).toString()).toBe('found');
    }
    await expect(openFile(tree, '/round')).rejects.toThrow(zosiaError('ZOSIA_CPIO_SYMLINK_LOOP'));
    await expect(openFile(tree, '/no')).rejects.toThrow(zosiaError('ZOSIA_CPIO_NO_SUCH_PATH'));
    await expect(openFile(tree, '/usr')).rejects.toThrow(zosiaError('ZOSIA_NOT_A_FILE'));
  });

  it('gives hard links the same id, and devices their numbers', async () => {
    const tree = await treeOf(
      await cpioBytes([
        text('/a', 'shared'),
        { type: 'hardlink', path: '/b', target: '/a', mode: 0 },
        { type: 'character-device', path: '/tty', mode: 0o600, major: 5, minor: 0 },
      ]),
    );
    const [a, b, tty] = await listAll(tree);
    expect(a).toMatchObject({ path: '/a', sizeBytes: 6, linkCount: 2 });
    expect(b).toMatchObject({ path: '/b', sizeBytes: 6, linkCount: 2 });
    expect(tty).toMatchObject({ type: 'character-device', device: { major: 5, minor: 0 } });
    expect((await tree.lookUp('/a', true)).id).toBe((await tree.lookUp('/b', true)).id);
  });

  it('adds folders that have no member', async () => {
    const archive = Buffer.from(await cpioBytes([directory('/x'), text('/x/file', 'in it')]));
    // Turned into a second file, the folder's member is gone.
    const orphan = Buffer.from(archive.toString('latin1').replace('x/file', 'y/file'), 'latin1');
    const tree = await treeOf(orphan);
    expect((await listAll(tree)).map(({ path }) => path)).toEqual(['/x', '/y', '/y/file']);
  });
});

describe('a hostile archive', () => {
  it('is rejected when its paths imply too many folders', async () => {
    const member = (name: string): string => {
      const nameBytes = name.length + 1;
      const field = (value: number): string => value.toString(16).padStart(8, '0');
      const header = `070701${field(1)}${field(0o100644)}${field(0).repeat(9)}${field(nameBytes)}${field(0)}`;
      const padding = '\0'.repeat((4 - ((header.length + nameBytes) % 4)) % 4);
      return `${header}${name}\0${padding}`;
    };
    const names = Array.from({ length: 4 }, (_, i) => `${i}/${'a/'.repeat(2000)}a`);
    const archive = Buffer.from(names.map(member).join('') + member('TRAILER!!!'), 'latin1');
    await expect(cpioTree(accessBytes(archive))).rejects.toThrow(
      zosiaError('ZOSIA_CPIO_TOO_LARGE'),
    );
  });
});
