import {
  chmod,
  copyFile,
  mkdir,
  readFile,
  readdir,
  realpath,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { execa } from 'execa';
import { hostArchitecture } from '../../src/artifacts/architectures.js';
import { fetchComponents } from '../../src/artifacts/fetch.js';
import { readElf } from '../../src/formats/elf/elf.js';
import type { FileTree } from '../../src/recipes/file-tree.js';
import { readRuntimeFiles } from '../../src/recipes/initramfs.js';
import { HOST } from './host.js';
import { skipWhere } from './skipping.js';

/** The guest's programs run on a host that is a Linux like it. */
export const WHERE_GUEST_PROGRAMS_RUN = skipWhere(
  process.platform !== 'linux',
  "the guest's llama.cpp runs on Linux",
);

/** llama.cpp as the guest has it, to be run on this host, whatever C library that has. */
export class LlamaPrograms {
  private constructor(
    private readonly root: string,
    private readonly loader: string,
    private readonly libraryPath: string,
  ) {}

  /** Unpacks the packages of the guest into a folder. */
  static async unpack(root: string): Promise<LlamaPrograms> {
    const packages = await fetchComponents({
      arch: hostArchitecture(),
      components: ['llama'],
      cacheDir: HOST.cacheDirectory,
    });
    const tree = await readRuntimeFiles(packages.map(({ path }) => path));
    const paths = tree.list('/usr').filter((path) => /^\/usr\/(lib|bin\/llama)/.test(path));
    for (const path of paths) await put(root, path, tree);
    return LlamaPrograms.at(root);
  }

  /** Finds them in a folder that has what the guest's root file system has. */
  static async at(root: string): Promise<LlamaPrograms> {
    const { interpreter, runpath } = readElf(await readFile(join(root, 'usr/bin/llama-server')));
    const backends = join(root, 'usr/lib');
    const files = await readdir(backends, { recursive: true });
    // ggml looks for its CPU variants beside the program, and that is the loader here.
    const variant = files.find((each) => /\/libggml-cpu-[^/]*\.so$/.test(each))!;
    const loader = join(backends, dirname(variant), 'loader');
    const found = files.find((each) => basename(each) === basename(interpreter!))!;
    const original = await realpath(join(backends, found));
    await copyFile(original, loader);
    await chmod(loader, 0o755);
    const libraries = [...runpath.map((each) => join(root, each)), dirname(original)];
    const own = join(dirname(original), 'llama');
    return new LlamaPrograms(root, loader, [...libraries, own].join(':'));
  }

  /** Starts a program in the environment that the guest gives it. */
  start(name: 'llama-server' | 'llama-completion' | 'llama-cli', args: readonly string[]) {
    const program = join(this.root, 'usr/bin', name);
    return execa(this.loader, ['--library-path', this.libraryPath, program, ...args], {
      encoding: 'buffer',
      reject: false,
      stripFinalNewline: false,
      stdin: 'ignore',
      extendEnv: false,
      env: { LANG: 'C.UTF-8', LLAMA_ARG_FIT: 'off', OMP_WAIT_POLICY: 'passive' },
    });
  }
}

async function put(root: string, path: string, tree: FileTree): Promise<void> {
  const { type, target, bytes } = tree.get(path)!;
  const at = join(root, path);
  await mkdir(dirname(at), { recursive: true });
  if (type === 'symlink' && !target!.startsWith('/')) await symlink(target!, at);
  if (type === 'file' && bytes) await writeFile(at, bytes, { mode: 0o755 });
}
