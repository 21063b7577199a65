import { ZosiaError } from '../errors.js';
import { MAX_SYMLINKS } from '../formats/cpio/root/resolve.js';
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
 * @throws ZosiaError `ZOSIA_ELF_INVALID`, `ZOSIA_LIBRARY_MISSING` for a program whose loader is not among them
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
    let at = throughFolderLinks(byPath, interpreter);
    for (let count = 0; count < MAX_SYMLINKS; count++) {
      const link = byPath.get(at);
      if (link?.type !== 'symlink') break;
      dropped.add(at);
      at = throughFolderLinks(byPath, resolvePath(at, link.target));
    }
    if (byPath.get(at)?.type !== 'file') throw noLoader(entry.path, interpreter);
    loaders.add(at);
    return { ...entry, data: withInterpreter(entry.data, OWN_LOADER) };
  });
  const [loader] = loaders;
  const kept = patched.filter(({ path }) => !dropped.has(path) && !MERGED_USR.includes(path));
  return loader === undefined
    ? kept
    : [...kept, { path: OWN_LOADER, type: 'symlink', target: loader }];
}

/** A path without the folders on it that are links, which the base may have otherwise. */
function throughFolderLinks(byPath: ReadonlyMap<string, CpioEntry>, path: string): string {
  let [at, links] = [mergeUsr(path), 0];
  for (let end = at.indexOf('/', 1); end > 0; end = at.indexOf('/', end + 1)) {
    const link = byPath.get(at.slice(0, end));
    if (link?.type !== 'symlink' || links++ > MAX_SYMLINKS) continue;
    at = mergeUsr(`${resolvePath(link.path, link.target)}${at.slice(end)}`);
    end = 0;
  }
  return at;
}

const noLoader = (program: string, loader: string): ZosiaError =>
  new ZosiaError(
    'ZOSIA_LIBRARY_MISSING',
    `${program} is started by ${loader}, which is not there`,
    {
      hint: 'Put it beside the libraries, or link the program statically.',
    },
  );

/** The links by which programs find their loader: the base has folders or links of its own there. */
const MERGED_USR: readonly string[] = ['/lib', '/lib64'];

const ELF_MAGIC = [0x7f, 0x45, 0x4c, 0x46];
const isElf = (bytes: Uint8Array): boolean =>
  ELF_MAGIC.every((byte, index) => bytes[index] === byte);
