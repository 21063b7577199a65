import { spawnSync } from 'node:child_process';
import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { beforeAll, expect, it, vi } from 'vitest';
import { sha256 } from '../../../src/image/sha256.js';
import {
  gitLlamaSource,
  llamaSourceArchive,
  pinnedLlamaSource,
} from '../../../src/toolchain/llama/source.js';
import type { BundledSource } from '../../../src/toolchain/llama/source.js';
import { zosiaError } from '../../support/errors.js';
import { HOST } from '../../support/host.js';
import { describeWithPrograms } from '../../support/programs.js';
import { temporaryFolder } from '../../support/temporary.js';

describeWithPrograms(['git', 'tar'], 'llamaSourceArchive', () => {
  const folder = temporaryFolder();
  let first: string;
  let pinned: BundledSource;

  const run = (program: string, ...args: string[]): string => {
    const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
    expect(status, stderr).toBe(0);
    return stdout.trim();
  };
  let repository: string;
  const git = (...args: string[]): string => {
    const who = ['-c', 'user.name=Nobody', '-c', 'user.email=nobody@example.org'];
    return run('git', '-C', repository, ...who, ...args);
  };

  beforeAll(async () => {
    repository = folder.file('a repository');
    for (const each of ['src', 'docs', 'models']) {
      await mkdir(folder.file(`a repository/${each}`), { recursive: true });
      await writeFile(folder.file(`a repository/${each}/file`), `${each}\n`);
    }
    run('git', 'init', '--quiet', repository);
    git('add', '.');
    git('commit', '--quiet', '-m', 'first');
    first = git('rev-parse', 'HEAD');
    await mkdir(folder.file('package/llama'), { recursive: true });
    git('bundle', 'create', '--quiet', folder.file('package/llama/source.bundle'), 'HEAD');
    await writeFile(folder.file('a repository/src/file'), 'changed\n');
    git('commit', '--quiet', '-am', 'second');

    const tarball = folder.file('package.tgz');
    run('tar', '-czf', tarball, '-C', folder.path, 'package');
    const bytes = await readFile(tarball);
    pinned = {
      kind: 'npm',
      package: 'a-package',
      version: '1.2.3',
      sizeBytes: bytes.length,
      sha256: sha256(bytes),
      bundle: 'package/llama/source.bundle',
      commit: first,
    };
    // In the place of npm: it is called the same way, and says what it was asked for.
    await mkdir(folder.file('bin'));
    await writeFile(
      folder.file('bin/npm'),
      `#!/bin/sh
echo "$2" > '${folder.file('asked')}'
[ -f '${folder.file('broken')}' ] && { echo 'npm error 404 Not Found'; exit 1; }
while [ "$1" != --pack-destination ]; do shift; done
cp '${tarball}' "$2/a-package-1.2.3.tgz"
`,
    );
    await chmod(folder.file('bin/npm'), 0o755);
  });

  const options = (cache: string, offline = false) => ({
    cacheDir: folder.file(cache),
    searchPath: [folder.file('bin'), ...HOST.searchPath],
    offline,
  });
  const filesIn = (archive: Uint8Array): string[] =>
    spawnSync('tar', ['-t'], { input: archive, encoding: 'utf8' }).stdout.trim().split('\n').sort();

  it('gives the same archive of a commit from a package and from a repository', async () => {
    const fromPackage = await llamaSourceArchive(pinned, options('cache'));
    expect(await readFile(folder.file('asked'), 'utf8')).toBe('a-package@1.2.3\n');
    expect(filesIn(fromPackage)).toEqual(['src/', 'src/file']);
    // The commit is not what any branch ends in.
    const source = gitLlamaSource(repository, first);
    expect(await llamaSourceArchive(source, options('cache'))).toEqual(fromPackage);
    // And both from the cache.
    for (const each of [pinned, source]) {
      expect(await llamaSourceArchive(each, options('cache', true))).toEqual(fromPackage);
    }
  });

  it('gives the same archive whatever git is told by its user and the environment', async () => {
    const source = gitLlamaSource(repository, first);
    const plain = await llamaSourceArchive(source, options('plain'));
    const attributes = '* text eol=crlf\n';
    for (const path of ['xdg/git', 'template/info']) {
      await mkdir(folder.file(path), { recursive: true });
      await writeFile(folder.file(`${path}/attributes`), attributes);
    }
    await writeFile(folder.file('attributes'), attributes);
    await mkdir(folder.file('with a template/git'), { recursive: true });
    await writeFile(
      folder.file('with a template/git/config'),
      `[init]\n\ttemplateDir = "${folder.file('template')}"\n`,
    );
    for (const [cache, variables] of Object.entries({
      'by a file of attributes': { XDG_CONFIG_HOME: folder.file('xdg') },
      'by a setting': {
        GIT_CONFIG_COUNT: '1',
        GIT_CONFIG_KEY_0: 'core.attributesFile',
        GIT_CONFIG_VALUE_0: folder.file('attributes'),
      },
      'by a template': { GIT_TEMPLATE_DIR: folder.file('template') },
      "by the user's template": { XDG_CONFIG_HOME: folder.file('with a template') },
      'by another repository': {
        GIT_DIR: folder.file('nowhere'),
        GIT_WORK_TREE: folder.path,
        GIT_OBJECT_DIRECTORY: folder.file('nowhere'),
      },
      'by how paths are read': { GIT_LITERAL_PATHSPECS: '1' },
    })) {
      for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
      const made = await llamaSourceArchive(source, options(cache)).finally(() =>
        vi.unstubAllEnvs(),
      );
      expect(Buffer.from(made).equals(plain), cache).toBe(true);
    }
  });

  it('asks for nothing offline', async () => {
    for (const each of [pinned, gitLlamaSource(repository, first)]) {
      await expect(llamaSourceArchive(each, options('empty', true))).rejects.toThrow(
        zosiaError('ZOSIA_OFFLINE'),
      );
    }
  });

  it('refuses other bytes than are pinned, and keeps none of them', async () => {
    const other = { ...pinned, sha256: sha256('other') };
    await expect(llamaSourceArchive(other, options('other'))).rejects.toThrow(
      zosiaError('ZOSIA_DOWNLOAD_CORRUPT'),
    );
    await expect(stat(folder.file('other/packages'))).rejects.toThrow('ENOENT');
  });

  it('refuses a bundle and a repository without the commit', async () => {
    const commit = '0123456789abcdef0123456789abcdef01234567';
    for (const each of [{ ...pinned, commit }, gitLlamaSource(repository, commit)]) {
      const failure = llamaSourceArchive(each, options('cache'));
      await expect(failure).rejects.toThrow(zosiaError('ZOSIA_LLAMA_SOURCE'));
      await expect(failure).rejects.toThrow(`does not have the commit ${commit}`);
    }
  });

  it('says what git and npm say when they fail', async () => {
    const nowhere = gitLlamaSource(folder.file('nowhere'), first);
    await expect(llamaSourceArchive(nowhere, options('cache'))).rejects.toThrow(/nowhere/);
    await writeFile(folder.file('broken'), '');
    await expect(llamaSourceArchive(pinned, options('another'))).rejects.toThrow(
      'npm does not bring a-package 1.2.3: npm error 404 Not Found',
    );
  });

  it.each([
    ['../llama.cpp', 'main'],
    ['../llama.cpp', '0123456'],
    ['--upload-pack=x', '0123456789abcdef0123456789abcdef01234567'],
    ['', '0123456789abcdef0123456789abcdef01234567'],
  ])('gitLlamaSource refuses %j at %j', (url, commit) => {
    expect(() => gitLlamaSource(url, commit)).toThrow(zosiaError('ZOSIA_BAD_OPTION'));
  });

  it('pinnedLlamaSource reads what is pinned, and refuses what is damaged', async () => {
    expect(await pinnedLlamaSource()).toMatchObject({ kind: 'npm', package: 'node-llama-cpp' });
    await writeFile(folder.file('source.json'), '{"package": "../x"}');
    await expect(pinnedLlamaSource(folder.file('source.json'))).rejects.toThrow(
      zosiaError('ZOSIA_LOCK_INVALID'),
    );
  });
});
