import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { modelGguf } from '../formats/gguf/samples.js';
import { CLI } from '../support/cli.js';
import { temporaryFolder } from '../support/temporary.js';

const folder = temporaryFolder();

/** Has a process of Node's write down which of Node's own modules it has loaded, when it ends. */
const LIST_BUILTINS = `process.on('exit', () => {
  require('node:fs').writeFileSync(process.env.LOADED, process.moduleLoadList.join('\\n'));
});`;

async function run(args: readonly string[], node: readonly string[], env: Record<string, string>) {
  await execa(process.execPath, [...node, CLI, ...args], { cwd: folder.path, env });
}

/** The files that a command loads, each without the hash in its name; those of packages with their paths. */
async function filesLoadedBy(...args: string[]): Promise<string[]> {
  const reports = folder.file(`coverage ${args.join(' ').replaceAll('/', '_')}`);
  await mkdir(reports);
  await run(args, [], { NODE_V8_COVERAGE: reports });
  const [report] = await readdir(reports);
  const { result } = JSON.parse(await readFile(join(reports, report!), 'utf8')) as {
    result: { url: string }[];
  };
  const paths = result
    .filter(({ url }) => url.startsWith('file:'))
    .map(({ url }) => fileURLToPath(url));
  return paths
    .map((path) => (dirname(path) === dirname(CLI) ? basename(path) : path))
    .map((name) => name.replace(/-[\w-]{8}\.js$/, '.js'));
}

async function builtinsLoadedBy(...args: string[]): Promise<string[]> {
  const [preload, loaded] = [folder.file('list builtins.cjs'), folder.file('builtins')];
  await writeFile(preload, LIST_BUILTINS);
  await run(args, ['--require', preload], { LOADED: loaded });
  const lines = (await readFile(loaded, 'utf8')).split('\n');
  return lines.map((line) => line.replace(/^NativeModule /, ''));
}

/** A command that writes a disk, whatever the last one wrote. */
async function imageModel(): Promise<string[]> {
  await writeFile(folder.file('model.gguf'), await modelGguf());
  return ['image', 'model', 'model.gguf', '--format', 'vmdk', '--out', 'disk.vmdk'];
}

describe('the command line', () => {
  it('loads two files to print its help, and none of a package', async () => {
    expect(await filesLoadedBy('--help')).toEqual(['main.js', 'start.js']);
    expect(await filesLoadedBy('--version')).toEqual(['main.js', 'start.js']);
  });

  it('loads a third one to write a model disk, a fourth for the options of a machine, and a fifth to boot one', async () => {
    const files = ['main.js', 'start.js', 'image-model.js'];
    expect((await filesLoadedBy(...(await imageModel()))).sort()).toEqual(files.sort());
    const more = [...files, 'machines.js'];
    expect((await filesLoadedBy('up', '--help')).sort()).toEqual(more.sort());
    const all = [...more, 'linux-machine.js'];
    expect((await filesLoadedBy('up', '--dry-run')).sort()).toEqual(all.sort());
  });

  it('loads nothing of Node.js that is for processes or networks to write a model disk', async () => {
    const loaded = await builtinsLoadedBy(...(await imageModel()));
    expect(loaded).toContain('crypto');
    const slow = ['child_process', 'http', 'https', 'tls', 'worker_threads', 'readline'];
    expect(loaded.filter((name) => slow.includes(name))).toEqual([]);
  });

  it('comes with the licence of every package that is bundled', async () => {
    const notice = await readFile(join(dirname(CLI), 'LICENSES.txt'), 'utf8');
    const named = [...notice.matchAll(/^(\S+) \d+\.\d+\.\d+ \(.+\)$/gm)].map(([, name]) => name);
    expect(named).toEqual(
      expect.arrayContaining(['@noble/hashes', 'commander', 'execa', 'valibot']),
    );
    expect(notice.match(/permission|licensed under/gi)!.length).toBeGreaterThan(named.length);
  });
});
