import { ZosiaError } from '../errors.js';
import { readElf } from '../formats/elf/elf.js';
import type { CpioEntry } from '../formats/cpio/writer.js';
import type { Architecture } from '../artifacts/architectures.js';
import type { FileTree } from './file-tree.js';

/** What the guest runs: the chat, the one-shot and the server. */
export const LLAMA_PROGRAMS_RUN: readonly string[] = [
  'llama-cli',
  'llama-completion',
  'llama-server',
];

/**
 * What makes the locale C.UTF-8 one in which text is UTF-8. glibc has it as files, and without them every
 * program is in the locale C, where a byte beyond ASCII is no character. Of its categories this one alone
 * differs from those of the locale C.
 */
const LOCALE_FILES = ['/usr/lib/locale/C.utf8/LC_CTYPE'];

const TRIPLETS = { aarch64: 'aarch64-linux-gnu', x86_64: 'x86_64-linux-gnu' } as const;

/**
 * The files llama.cpp needs to run, out of its packages: the programs, the loader, every library that
 * DT_NEEDED names, the CPU variants of ggml, which are found with dlopen and so are named by nothing, and
 * the locale.
 *
 * @throws ZosiaError `ZOSIA_LIBRARY_MISSING` when the packages lack something that is needed
 */
export function llamaRuntime(tree: FileTree, arch: Architecture): CpioEntry[] {
  const triplet = TRIPLETS[arch];
  const variants = tree
    .list(`/usr/lib/${triplet}/ggml`)
    .filter((path) => path.endsWith('.so') && path.includes('/libggml-cpu-'));
  if (variants.length === 0) throw missing(`/usr/lib/${triplet}/ggml/*/libggml-cpu-*.so`, 'ggml');

  const entries = new Map<string, CpioEntry>();
  const programs = LLAMA_PROGRAMS_RUN.map((name) => `/usr/bin/${name}`);
  const queue = [...programs, ...variants].map((path) => ({ path, neededBy: 'the guest' }));
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
