import { constants } from 'node:fs';
import { cp, mkdir, readFile, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT, readPage } from '../docs/pages.js';
import { startLocalRegistry } from '../support/local-registry.js';
import type { LocalRegistry } from '../support/local-registry.js';
import { hasProgram } from '../support/programs.js';
import { temporaryFolder } from '../support/temporary.js';
import { unprivilegedUser } from '../support/unprivileged.js';
import type { OtherUser } from '../support/unprivileged.js';
import { HOST } from '../support/host.js';
import { skipWhere } from '../support/skipping.js';

describe('the package that npm packs from a clone', () => {
  const folder = temporaryFolder();
  let user: OtherUser;
  let registry: LocalRegistry;
  let installed = '';

  beforeAll(async () => {
    await mkdir(folder.file('home'));
    const packing = packClone(folder.file('clone'), folder.file('home'));
    [user, registry] = await Promise.all([
      unprivilegedUser(),
      startLocalRegistry(join(ROOT, 'node_modules')),
    ]);
    const tarball = await packing;
    await mkdir(folder.file('empty'));
    await cp(tarball, folder.file('zosia.tgz'));
    const cached = join(HOST.cacheDirectory, 'packages');
    await cp(cached, folder.file('cache/packages'), {
      recursive: true,
      mode: constants.COPYFILE_FICLONE,
    });
    // The folder of folders, too: whoever may not pass it reaches nothing below.
    await user.own(dirname(dirname(folder.path)));
    await npm('install', '--global', '--prefix', folder.file('prefix'), folder.file('zosia.tgz'));
    installed = folder.file('prefix/lib/node_modules/zosia');
  });
  afterAll(() => registry.close());

  /** Runs a program as the other user, in a folder that began empty. */
  const run = (file: string, args: readonly string[], cwd = folder.file('empty')) =>
    execa(file, args, {
      cwd,
      ...user.ids,
      stdin: 'ignore',
      extendEnv: false,
      env: {
        PATH: `${folder.file('prefix/bin')}:${process.env.PATH!}`,
        HOME: folder.file('home'),
        TMPDIR: folder.path,
        ZOSIA_CACHE: folder.file('cache'),
        npm_config_cache: folder.file('home/.npm'),
        npm_config_registry: registry.url,
      },
    });
  const npm = (...args: string[]) => run('npm', [...args, '--no-audit', '--no-fund']);
  const zosia = (...args: string[]) => run('zosia', args);

  it('answers and writes images for another user in an empty folder, without a network', async () => {
    const asked = ['--prompt', 'What is zosia?', '-n', '20', '--temp', '0'];
    const { stdout } = await zosia('up', '--offline', ...asked);
    expect(stdout).toMatch(/^zosia turns a language model/);
    const model = join(installed, 'models/zosia-tiny/zosia-tiny.gguf');
    await zosia('image', 'model', model, '--format', 'vmdk', '--out', 'model.vmdk');
    await zosia('image', 'efi', '--out', 'efi.img');
    for (const image of ['model.vmdk', 'efi.img']) {
      expect((await zosia('verify', image)).stdout).toContain(`${image}: clean`);
    }
  });

  it('contains the built-in model, and nothing of how that is made', async () => {
    const folders = await readdir(installed);
    expect(folders).toContain('models');
    expect(folders).not.toContain('zosia-tiny');
  });

  it('contains every file that its documents link to', async () => {
    const pages = (await filesBelow(installed)).filter((path) => path.endsWith('.md'));
    expect(pages.map((path) => relative(installed, path))).toContain('README.md');
    const links = await Promise.all(
      pages.map(async (page) => {
        const text = (await readFile(page, 'utf8')).replace(/^```[^]*?^```$/gm, '');
        const targets = [...text.matchAll(/\]\(([^)#\s]+)/g)].map(([, target]) => target!);
        return targets
          .filter((target) => !/^[a-z]+:/.test(target))
          .map((target) => join(dirname(page), target));
      }),
    );
    expect(links.flat().length).toBeGreaterThan(15);
    for (const path of links.flat()) {
      expect(path.startsWith(installed)).toBe(true);
      expect((await stat(path).catch(() => undefined))?.isFile(), path).toBe(true);
    }
  });

  it('contains every source map that its modules refer to', async () => {
    const modules = (await filesBelow(join(installed, 'dist'))).filter((path) =>
      path.endsWith('.js'),
    );
    expect(modules.length).toBeGreaterThan(20);
    for (const path of modules) {
      const [, map] = /^\/\/# sourceMappingURL=(.*)$/m.exec(await readFile(path, 'utf8')) ?? [];
      if (map !== undefined) await stat(join(dirname(path), map));
    }
  });

  it(
    'contains the sources of its guests',
    skipWhere(!hasProgram('clang'), 'no clang here'),
    async () => {
      const { stdout } = await zosia('build', 'guest', '--out', 'guest');
      expect(stdout).toMatch(/ with .*clang version/);
    },
  );

  it('type-checks in strict programs that check declarations, and runs each recipe of docs/library.md', async () => {
    const project = folder.file('program');
    await mkdir(project);
    const { fences } = await readPage('docs/library.md');
    const recipes = fences.filter(({ language }) => language === 'ts');
    expect(recipes.length).toBeGreaterThanOrEqual(10);
    const names = recipes.map((_, index) => `recipe${index + 1}`);
    // What a door exports is checked whether or not a recipe mentions it.
    const doors = ['zosia', 'zosia/host', 'zosia/recipes', 'zosia/machine', 'zosia/perf'];
    const all = doors.map((door, index) => `export * as door${index} from '${door}';\n`).join('');
    await writeFile(join(project, 'doors.ts'), all);
    for (const [index, { lines }] of recipes.entries()) {
      await writeFile(join(project, `${names[index]!}.ts`), `${lines.join('\n')}\nexport {};\n`);
    }
    await writeFile(join(project, 'package.json'), JSON.stringify({ type: 'module' }));
    await user.own(project);
    await run('npm', ['install', folder.file('zosia.tgz'), '--no-audit', '--no-fund'], project);
    const strict = { strict: true, skipLibCheck: false, module: 'nodenext', target: 'es2022' };
    const configurations = [
      { ...strict, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true },
      // Who does not ask for Node's types need not.
      { ...strict, exactOptionalPropertyTypes: false, types: [] },
    ];
    await Promise.all(
      configurations.map(async (compilerOptions, index) => {
        const config = join(project, `tsconfig.${index}.json`);
        const files = ['doors.ts', ...(index === 0 ? names.map((name) => `${name}.ts`) : [])];
        const outDir = join(project, `out${index}`);
        await writeFile(
          config,
          JSON.stringify({ compilerOptions: { ...compilerOptions, outDir }, files }),
        );
        const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
        const { stdout } = await execa(process.execPath, [tsc, '-p', config], { reject: false });
        expect(stdout).toBe('');
      }),
    );
    await user.own(project);
    for (const [index, name] of names.entries()) {
      const printed = (await run(process.execPath, [join('out0', `${name}.js`)], project)).stdout;
      const prints = recipes[index]!.lines.some((line) => line.includes('console.log('));
      expect(printed !== '', name).toBe(prints);
      if (name === 'recipe2') expect(printed).toMatch(/^hello\n\n0644 \/etc\/motd 6$/);
    }
    expect(await readFile(join(project, 'unpacked/init'), 'utf8')).toBe('#!/bin/sh\n');
  });
});

/** Packs what a clone of the work tree has: its files, and the tools that `npm ci` puts beside them. */
async function packClone(clone: string, home: string): Promise<string> {
  const { stdout } = await execa('git', ['ls-files', '-z', '-co', '--exclude-standard'], {
    cwd: ROOT,
  });
  for (const name of stdout.split('\0').filter((each) => each !== '')) {
    // A file that has been removed is listed until that is committed.
    await cp(join(ROOT, name), join(clone, name)).catch(() => undefined);
  }
  await symlink(join(ROOT, 'node_modules'), join(clone, 'node_modules'));
  const packed = await execa('npm', ['pack', '--silent'], {
    cwd: clone,
    env: { npm_config_cache: join(home, '.npm'), npm_config_offline: 'true' },
  });
  return join(clone, packed.stdout.trim().split('\n').at(-1)!);
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.slice(folder.length).includes('node_modules'));
}
