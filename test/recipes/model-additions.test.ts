import { link, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { beforeEach, describe, expect, it } from 'vitest';
import { collectAddition, parseAddition } from '../../src/recipes/additions.js';
import { zosiaError } from '../support/errors.js';
import { temporaryFolder } from '../support/temporary.js';

describe('parseAddition', () => {
  it.each([
    ['a.txt:/b.txt', 'a.txt', '/b.txt'],
    ['a.txt:b.txt', 'a.txt', '/b.txt'],
    ['a.txt:/folder/', 'a.txt', '/folder/a.txt'],
    ['../some folder/:/', '../some folder/', '/some folder'],
    ['C:odd:name:/x', 'C:odd:name', '/x'],
  ])('parses %s', (text, source, diskPath) => {
    expect(parseAddition(text)).toEqual({ source, diskPath });
  });

  it.each(['', 'a.txt', ':/b', 'a.txt:'])('rejects %j', (text) => {
    expect(() => parseAddition(text)).toThrow(zosiaError('ZOSIA_BAD_ADDITION'));
  });
});

describe('collectAddition', () => {
  const folder = temporaryFolder();
  const source = (): string => folder.file('täglich');
  beforeEach(async () => {
    await rm(source(), { recursive: true, force: true });
    await mkdir(`${source()}/deep/empty`, { recursive: true });
    await writeFile(`${source()}/a: "b".txt`, 'text');
    await writeFile(`${source()}/deep/z`, '');
  });

  it('returns one entry for a file', async () => {
    const [entry, ...none] = await collectAddition({
      source: `${source()}/a: "b".txt`,
      diskPath: '/a',
    });
    expect(entry).toMatchObject({ type: 'file', diskPath: '/a', file: { sizeBytes: 4 } });
    expect(none).toEqual([]);
  });

  it('returns a folder with all its contents, and symlinks as symlinks', async () => {
    await symlink('../a: "b".txt', `${source()}/deep/link`);
    const entries = await collectAddition({ source: source(), diskPath: '/data/x' });
    const seen = entries.map(
      (entry) => `${entry.diskPath} ${entry.type === 'symlink' ? entry.target : entry.type}`,
    );
    expect(seen).toEqual([
      '/data/x directory',
      '/data/x/a: "b".txt file',
      '/data/x/deep directory',
      '/data/x/deep/empty directory',
      '/data/x/deep/link ../a: "b".txt',
      '/data/x/deep/z file',
    ]);
  });

  describe('of a file with several names', () => {
    /** Each path with its type and the target of a link. */
    async function collected(from = source()): Promise<string[]> {
      return (await collectAddition({ source: from, diskPath: '/x' })).map((entry) => {
        const { type, diskPath } = entry;
        return `${diskPath} ${type}${'target' in entry ? ` ${entry.target}` : ''}`;
      });
    }

    it('returns a file for the first name in byte order, and hard links for the others', async () => {
      // U+FF41 comes before U+1F600 as bytes, and after it as UTF-16.
      await link(`${source()}/deep/z`, `${source()}/deep/\u{1f600}`);
      await link(`${source()}/deep/z`, `${source()}/deep/\uff41`);
      await link(`${source()}/deep/z`, `${source()}/deep/empty/last`);
      await rm(`${source()}/deep/z`);
      expect(await collected()).toEqual([
        '/x directory',
        '/x/a: "b".txt file',
        '/x/deep directory',
        '/x/deep/empty directory',
        '/x/deep/empty/last file',
        '/x/deep/\uff41 hardlink /x/deep/empty/last',
        '/x/deep/\u{1f600} hardlink /x/deep/empty/last',
      ]);
    });

    it('returns a file for the first name in the folder if others are outside', async () => {
      await link(`${source()}/deep/z`, folder.file('outside'));
      await link(`${source()}/deep/z`, `${source()}/deep/zz`);
      expect(await collected(`${source()}/deep`)).toEqual([
        ...['/x directory', '/x/empty directory', '/x/z file', '/x/zz hardlink /x/z'],
      ]);
      await rm(`${source()}/deep/zz`);
      expect(await collected(`${source()}/deep`)).toContain('/x/z file');
      await rm(folder.file('outside'));
    });

    it('returns hard links of a symlink, and rejects one that leads out of the folder', async () => {
      await symlink('z', `${source()}/deep/link`);
      await link(`${source()}/deep/link`, `${source()}/deep/other`);
      expect(await collected()).toEqual(
        expect.arrayContaining(['/x/deep/link symlink z', '/x/deep/other hardlink /x/deep/link']),
      );
      await symlink('../deep', `${source()}/deep/up`);
      await link(`${source()}/deep/up`, `${source()}/up`);
      await expect(collected()).rejects.toThrow(zosiaError('ZOSIA_BAD_ADDITION'));
    });
  });

  it('follows a symlink that is itself the source', async () => {
    await symlink('täglich', folder.file('link'));
    const entries = await collectAddition({ source: folder.file('link'), diskPath: '/x' });
    expect(entries).toHaveLength(5);
  });

  it.each(['/etc/hostname', '..', '../..', 'deep/../../x'])(
    'rejects a symlink that leads out of the folder: %s',
    async (target) => {
      await symlink(target, `${source()}/link`);
      await expect(collectAddition({ source: source(), diskPath: '/x' })).rejects.toThrow(
        zosiaError('ZOSIA_BAD_ADDITION'),
      );
    },
  );

  it('rejects a socket and a name that is not UTF-8', async (context) => {
    const server = createServer().listen(`${source()}/socket`);
    await new Promise((resolve) => server.once('listening', resolve));
    await expect(collectAddition({ source: source(), diskPath: '/x' })).rejects.toThrow(
      zosiaError('ZOSIA_BAD_ADDITION'),
    );
    await new Promise((resolve) => server.close(resolve));
    const odd = Buffer.concat([Buffer.from(`${source()}/`), Buffer.from([0xff])]);
    const written = await writeFile(odd, '').then(
      () => true,
      () => false,
    );
    context.skip(!written, 'this file system takes UTF-8 only');
    await expect(collectAddition({ source: source(), diskPath: '/x' })).rejects.toThrow(
      /not UTF-8/,
    );
  });

  it('rejects a missing source', async () => {
    const nowhere = { source: folder.file('nowhere'), diskPath: '/x' };
    await expect(collectAddition(nowhere)).rejects.toThrow(zosiaError('ZOSIA_FILE_NOT_FOUND'));
  });

  it('rejects a device', async () => {
    const device = { source: '/dev/null', diskPath: '/x' };
    await expect(collectAddition(device)).rejects.toThrow(zosiaError('ZOSIA_FILE_UNREADABLE'));
  });
});
