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
import type { Component } from '../../src/artifacts/fetch.js';
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

/** llama-tokenize is in the component llama-rpc. */
type LlamaProgram =
  | 'llama-server'
  | 'llama-completion'
  | 'llama-cli'
  | 'llama-quantize'
  | 'llama-tokenize'
  | 'llama-bench';

/** llama.cpp as the guest has it, to be run on this host, whatever C library that has. */
export class LlamaPrograms {
  private constructor(
    private readonly root: string,
    private readonly loader: string,
    private readonly libraryPath: string,
    private readonly ownLoader: string,
  ) {}

  /** Unpacks the packages of the guest into a folder, or those of several components. */
  static async unpack(
    root: string,
    components: readonly Component[] = ['llama'],
  ): Promise<LlamaPrograms> {
    const packages = await fetchComponents({
      arch: hostArchitecture(),
      components,
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
    return new LlamaPrograms(root, loader, [...libraries, own].join(':'), original);
  }

  /**
   * Starts a program in the environment that the guest gives it.
   *
   * @param variant of ggml for a kind of processor, as `haswell`: the best for this host unless it is named
   * @param input what it reads; nothing unless given
   */
  start(name: LlamaProgram, args: readonly string[], variant?: string, input?: Uint8Array) {
    const program = join(this.root, 'usr/bin', name);
    const variants = dirname(this.loader);
    // A loader that has no variants beside it loads the one alone that the environment names.
    const loader = variant === undefined ? this.loader : this.ownLoader;
    const named = variant && { GGML_BACKEND_PATH: join(variants, `libggml-cpu-${variant}.so`) };
    return execa(loader, ['--library-path', this.libraryPath, program, ...args], {
      encoding: 'buffer',
      reject: false,
      stripFinalNewline: false,
      ...(input ? { input } : { stdin: 'ignore' as const }),
      extendEnv: false,
      env: { LANG: 'C.UTF-8', LLAMA_ARG_FIT: 'off', OMP_WAIT_POLICY: 'passive', ...named },
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
