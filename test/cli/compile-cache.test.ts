import { chmod, mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import module from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { keepCompiled } from '../../src/cli/compile-cache.js';
import { zosia } from '../support/cli.js';
import { temporaryFolder } from '../support/temporary.js';

describe('the cache of compiled code', () => {
  const folder = temporaryFolder();

  it('lies in a folder that is the user’s alone', async () => {
    const asked: string[] = [];
    const cache = folder.file('cache');
    const before = process.umask(0);
    try {
      keepCompiled(cache, { enableCompileCache: (path) => asked.push(path) });
    } finally {
      process.umask(before);
    }
    expect(asked).toEqual([join(cache, 'compiled')]);
    expect((await stat(asked[0]!)).mode & 0o777).toBe(0o700);
  });

  it('is none where others may write, or lead elsewhere', async () => {
    for (const [name, make] of [
      ['open', (path: string) => mkdir(path).then(() => chmod(path, 0o777))],
      ['linked', (path: string) => symlink(folder.path, path)],
    ] as const) {
      await mkdir(folder.file(name));
      await make(join(folder.file(name), 'compiled'));
      const asked: string[] = [];
      keepCompiled(folder.file(name), { enableCompileCache: (path) => asked.push(path) });
      expect(asked, name).toEqual([]);
    }
  });

  it('is none where Node.js has none, where it cannot be written, and where that fails', async () => {
    keepCompiled(folder.file('none'), {});
    await expect(stat(folder.file('none'))).rejects.toThrow('ENOENT');
    await writeFile(folder.file('file'), 'x');
    const asked: string[] = [];
    keepCompiled(folder.file('file'), { enableCompileCache: (path) => asked.push(path) });
    expect(asked).toEqual([]);
    expect(await readFile(folder.file('file'), 'utf8')).toBe('x');
    const fails = (): never => {
      throw new Error('no');
    };
    keepCompiled(folder.file('other'), { enableCompileCache: fails });
  });

  it.each([
    ['filled by a run where Node.js has one', [], 'enableCompileCache' in module],
    ['not made by a dry run', ['--dry-run'], false],
  ])('is %s', async (_, more, isThere) => {
    const cache = folder.file(`of a run ${more.join('')}`);
    await zosia(['run', '--timeout', 'x', ...more], { env: { ZOSIA_CACHE: cache } });
    const found = await stat(join(cache, 'compiled')).then(
      () => true,
      () => false,
    );
    expect(found).toBe(isThere);
  });
});
