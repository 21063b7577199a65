import type { DebEntry } from '../formats/deb/deb.js';

/** How many symbolic links a path may pass through; the kernel's own limit. */
const MAX_LINKS = 40;

/**
 * The files of unpacked packages by absolute path, with Debian's merged /usr: `/lib/x` and `/usr/lib/x`
 * are the same file, whichever a package names.
 */
export class FileTree {
  readonly #entries = new Map<string, DebEntry>();

  add(entry: DebEntry): void {
    this.#entries.set(mergeUsr(entry.path), entry);
  }

  get(path: string): DebEntry | undefined {
    return this.#entries.get(mergeUsr(path));
  }

  /** Paths under a folder, in byte order. */
  list(folder: string): string[] {
    const prefix = `${mergeUsr(folder)}/`;
    return [...this.#entries.keys()].filter((path) => path.startsWith(prefix)).sort();
  }

  /**
   * The file a path leads to, and every path on the way: the symbolic links first, the file last.
   * Undefined when nothing is there or links go round in a circle.
   */
  follow(path: string): { path: string; bytes: Uint8Array; via: string[] } | undefined {
    let at = mergeUsr(path);
    const via: string[] = [];
    while (via.length < MAX_LINKS) {
      const entry = this.#entries.get(at);
      if (entry?.type === 'file' && entry.bytes) return { path: at, bytes: entry.bytes, via };
      if (entry?.type !== 'symlink' || entry.target === undefined) return undefined;
      via.push(at);
      at = mergeUsr(resolvePath(at, entry.target));
    }
    return undefined;
  }
}

/** The place of a path in a root where /bin, /sbin, /lib and /lib64 are links into /usr. */
export function mergeUsr(path: string): string {
  return /^\/(bin|sbin|lib|lib64)(\/|$)/.test(path) ? `/usr${path}` : path;
}

/** Where a symbolic link at `path` points; `..` above the root stays at the root. */
export function resolvePath(path: string, target: string): string {
  const parts = target.startsWith('/') ? [] : path.split('/').slice(0, -1);
  for (const part of target.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.filter((part) => part !== '').join('/')}`;
}
