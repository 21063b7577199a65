import { link, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { beforeEach, describe, expect, it } from 'vitest';
import { collectAddition, parseAddition } from '../../src/recipes/additions.js';
import { zosiaError } from '../support/errors.js';
import { temporaryFolder } from '../support/temporary.js';

describe('SRC:DST', () => {
  it.each([
    ['a.txt:/b.txt', 'a.txt', '/b.txt'],
    ['a.txt:b.txt', 'a.txt', '/b.txt'],
    ['a.txt:/folder/', 'a.txt', '/folder/a.txt'],
    ['../some folder/:/', '../some folder/', '/some folder'],
    ['C:odd:name:/x', 'C:odd:name', '/x'],
  ])('%s', (text, source, diskPath) => {
    expect(parseAddition(text)).toEqual({ source, diskPath });
  });

  it.each(['', 'a.txt', ':/b', 'a.txt:'])('is not %j', (text) => {
    expect(() => parseAddition(text)).toThrow(zosiaError('ZOSIA_BAD_ADDITION'));
  });
});

describe('what is added', () => {
  const folder = temporaryFolder();
  const source = (): string => folder.file('täglich');
  beforeEach(async () => {
    await rm(source(), { recursive: true, force: true });
    await mkdir(`${source()}/deep/empty`, { recursive: true });
    await writeFile(`${source()}/a: "b".txt`, 'text');
    await writeFile(`${source()}/deep/z`, '');
  });

  it('is a file', async () => {
    const [entry, ...none] = await collectAddition({
      source: `${source()}/a: "b".txt`,
      diskPath: '/a',
    });
    expect(entry).toMatchObject({ type: 'file', diskPath: '/a', file: { sizeBytes: 4 } });
    expect(none).toEqual([]);
  });

  it('is a folder with all that is in it, links as links', async () => {
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

  describe('with several names of one file', () => {
    /** Each path with what it leads to, or its type. */
    async function collected(from = source()): Promise<string[]> {
      return (await collectAddition({ source: from, diskPath: '/x' })).map((entry) => {
        const { type, diskPath } = entry;
        return `${diskPath} ${type}${'target' in entry ? ` ${entry.target}` : ''}`;
      });
    }

    it('is a file by its first name in byte order, whichever was there first', async () => {
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

    it('is a file of its own where the other names are outside', async () => {
      await link(`${source()}/deep/z`, folder.file('outside'));
      await link(`${source()}/deep/z`, `${source()}/deep/zz`);
      expect(await collected(`${source()}/deep`)).toEqual([
        ...['/x directory', '/x/empty directory', '/x/z file', '/x/zz hardlink /x/z'],
      ]);
      await rm(`${source()}/deep/zz`);
      expect(await collected(`${source()}/deep`)).toContain('/x/z file');
      await rm(folder.file('outside'));
    });

    it('keeps those of a symbolic link, which may lead out of no folder that one is in', async () => {
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

  it('is what a link leads to, where the link itself is named', async () => {
    await symlink('täglich', folder.file('link'));
    const entries = await collectAddition({ source: folder.file('link'), diskPath: '/x' });
    expect(entries).toHaveLength(5);
  });

  it.each(['/etc/hostname', '..', '../..', 'deep/../../x'])(
    'is no link out of the folder: %s',
    async (target) => {
      await symlink(target, `${source()}/link`);
      await expect(collectAddition({ source: source(), diskPath: '/x' })).rejects.toThrow(
        zosiaError('ZOSIA_BAD_ADDITION'),
      );
    },
  );

  it('is neither a socket nor a name that is not UTF-8', async (context) => {
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

  it('is not there', async () => {
    const nowhere = { source: folder.file('nowhere'), diskPath: '/x' };
    await expect(collectAddition(nowhere)).rejects.toThrow(zosiaError('ZOSIA_FILE_NOT_FOUND'));
  });

  it('is no regular file', async () => {
    const device = { source: '/dev/null', diskPath: '/x' };
    await expect(collectAddition(device)).rejects.toThrow(zosiaError('ZOSIA_FILE_UNREADABLE'));
  });
});
