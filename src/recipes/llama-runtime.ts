import { ZosiaError } from '../errors.js';
import { readElf } from '../formats/elf/elf.js';
import type { CpioEntry } from '../formats/cpio/writer.js';
import type { Architecture } from '../artifacts/architectures.js';
import type { FileTree } from './file-tree.js';
import type { GuestRole } from './places.js';

/** The chat, the one-shot and the server. */
const OF_A_MODEL: readonly string[] = ['llama-cli', 'llama-completion', 'llama-server'];

/** What a guest runs. */
export const LLAMA_PROGRAMS_RUN: Readonly<Record<GuestRole, readonly string[]>> = {
  single: OF_A_MODEL,
  head: OF_A_MODEL,
  worker: ['ggml-rpc-server'],
};

/**
 * What makes the locale C.UTF-8 one in which text is UTF-8. glibc has it as files, and without them every
 * program is in the locale C, where a byte beyond ASCII is no character. Of its categories this one alone
 * differs from those of the locale C.
 */
const LOCALE_FILES = ['/usr/lib/locale/C.utf8/LC_CTYPE'];

const TRIPLETS = { aarch64: 'aarch64-linux-gnu', x86_64: 'x86_64-linux-gnu' } as const;

/** Where the packages have what a guest runs: a worker's program is none that people call. */
export function packagedPrograms(role: GuestRole, arch: Architecture): string[] {
  const folder = role === 'worker' ? `/usr/libexec/${TRIPLETS[arch]}/llama/bin` : '/usr/bin';
  return LLAMA_PROGRAMS_RUN[role].map((name) => `${folder}/${name}`);
}

/**
 * The files llama.cpp needs to run, out of its packages: the programs, the loader, every library that
 * DT_NEEDED names, the CPU variants of ggml, which are found with dlopen and so are named by nothing, and
 * the locale. With workers also the backend that reaches them, found in the same way.
 *
 * @throws ZosiaError `ZOSIA_LIBRARY_MISSING` when the packages lack something that is needed
 */
export function llamaRuntime(
  tree: FileTree,
  arch: Architecture,
  role: GuestRole = 'single',
): CpioEntry[] {
  const triplet = TRIPLETS[arch];
  const backends = tree.list(`/usr/lib/${triplet}/ggml`).filter((path) => path.endsWith('.so'));
  const variants = backends.filter((path) => path.includes('/libggml-cpu-'));
  const remote = backends.filter((path) => path.endsWith('/libggml-rpc.so'));
  if (variants.length === 0) throw missing(`/usr/lib/${triplet}/ggml/*/libggml-cpu-*.so`, 'ggml');
  if (role !== 'single' && remote.length === 0) {
    throw missing(`/usr/lib/${triplet}/ggml/*/libggml-rpc.so`, 'ggml');
  }

  const entries = new Map<string, CpioEntry>();
  const programs = packagedPrograms(role, arch);
  const loaded = role === 'single' ? variants : [...variants, ...remote];
  const queue = [...programs, ...loaded].map((path) => ({ path, neededBy: 'the guest' }));
  for (let item = queue.pop(); item; item = queue.pop()) {
    const found = tree.follow(item.path);
    if (!found) throw missing(item.path, item.neededBy);
    for (const link of found.via) {
      const target = tree.get(link)!.target!;
      entries.set(link, { path: link, type: 'symlink', target });
    }
    if (entries.has(found.path)) continue;
    entries.set(found.path, { path: found.path, type: 'file', mode: 0o755, data: found.bytes });

    const elf = readElf(found.bytes);
    const folders = [...elf.runpath, `/usr/lib/${triplet}`, '/usr/lib'];
    for (const name of elf.needed) {
      const path = folders.map((folder) => `${folder}/${name}`).find((at) => tree.follow(at));
      queue.push({ path: path ?? `/usr/lib/${triplet}/${name}`, neededBy: found.path });
    }
    if (elf.interpreter !== undefined) {
      queue.push({ path: elf.interpreter, neededBy: found.path });
    }
  }
  return [
    ...entries.values(),
    ...LOCALE_FILES.map((path) => dataFile(tree, path)),
    ...mergedUsrLinks(arch),
  ];
}

function dataFile(tree: FileTree, path: string): CpioEntry {
  const found = tree.follow(path);
  if (!found) throw missing(path, 'every program');
  return { path, type: 'file', data: found.bytes };
}

/** Packages unpacked without dpkg's help have no `/lib`, where programs look for their loader. */
function mergedUsrLinks(arch: Architecture): CpioEntry[] {
  const names = arch === 'x86_64' ? ['lib', 'lib64'] : ['lib'];
  return names.map((name) => ({
    path: `/${name}`,
    type: 'symlink',
    target: `usr/${name}`,
  }));
}

function missing(path: string, neededBy: string): ZosiaError {
  return new ZosiaError(
    'ZOSIA_LIBRARY_MISSING',
    `no package brings ${path}, needed by ${neededBy}`,
    {
      hint: 'Add the package that has it to artifacts.lock.json.',
    },
  );
}
