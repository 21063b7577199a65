import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
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
