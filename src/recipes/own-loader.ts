import { mergeUsr, resolvePath } from './file-tree.js';
import type { CpioEntry } from '../formats/cpio/writer.js';
import { readElf } from '../formats/elf/elf.js';
import { withInterpreter } from '../formats/elf/interpreter.js';

/**
 * Where programs find their dynamic loader when they are laid over a root file system that may have one of
 * its own: a loader and a C library that are not of one version do not work together. It has to fit in the
 * place of the usual paths, of which `/lib/ld-linux-aarch64.so.1` is the shortest.
 */
export const OWN_LOADER = '/usr/lib/zosia/ld.so';

/**
 * The files of llama.cpp with a loader of their own, and without the paths by which every program finds it.
 *
 * @throws ZosiaError `ZOSIA_ELF_INVALID`
 */
export function withOwnLoader(entries: readonly CpioEntry[]): CpioEntry[] {
  const byPath = new Map(entries.map((entry) => [entry.path, entry]));
  const dropped = new Set<string>();
  const loaders = new Set<string>();
  const patched = entries.map((entry) => {
    if (entry.type !== 'file' || !(entry.data instanceof Uint8Array)) return entry;
    if (!isElf(entry.data)) return entry;
    const { interpreter } = readElf(entry.data);
    if (interpreter === undefined) return entry;
    let at = mergeUsr(interpreter);
    for (let link = byPath.get(at); link?.type === 'symlink'; link = byPath.get(at)) {
      dropped.add(at);
      byPath.delete(at);
      at = mergeUsr(resolvePath(at, link.target));
    }
    if (byPath.has(at)) loaders.add(at);
    return { ...entry, data: withInterpreter(entry.data, OWN_LOADER) };
  });
  const [loader] = loaders;
  const kept = patched.filter(({ path }) => !dropped.has(path) && !MERGED_USR.includes(path));
  return loader === undefined
    ? kept
    : [...kept, { path: OWN_LOADER, type: 'symlink', target: loader }];
}

/** The links by which programs find their loader: the base has folders or links of its own there. */
const MERGED_USR: readonly string[] = ['/lib', '/lib64'];

const ELF_MAGIC = [0x7f, 0x45, 0x4c, 0x46];
const isElf = (bytes: Uint8Array): boolean =>
  ELF_MAGIC.every((byte, index) => bytes[index] === byte);
