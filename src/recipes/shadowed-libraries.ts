import { parentPath } from '../formats/member-path.js';
import type { CpioFile } from '../formats/cpio/root/file.js';
import { resolve as resolvePath } from '../formats/cpio/root/resolve.js';
import type { CpioEntry } from '../formats/cpio/writer.js';
import { displayName } from '../formats/byte-string.js';

/** What a base has that its programs, and then ours, would be started with. */
export interface Shadow {
  /** Of the base. */
  readonly path: string;
  /** Ours that is not found then. */
  readonly shadowed: string;
}

/** By which every loader finds libraries before it looks where ours are: ld.so(8). */
const LOADER_FILES = ['/etc/ld.so.cache', '/etc/ld.so.preload'];

/** Folders of libraries for kinds of processors, in which glibc looks first. */
const HWCAPS = 'glibc-hwcaps';

const LIBRARY = /\/[^/]+\.so(?:\.[^/]*)?$/;
const TRIPLET_FOLDER = /^\/usr(\/lib\/[^/]+-linux-[^/]+)$/;

/**
 * What of a base our dynamic loader would take in the place of what comes with it, although it lies at another
 * path: loaders look through their folders in order, `/lib` before `/usr/lib`. Where these are one folder,
 * nothing is before anything.
 *
 * @param loader the path of ours
 * @param entries ours
 */
export function findShadow(
  root: CpioFile,
  loader: string,
  entries: readonly CpioEntry[],
): Shadow | undefined {
  const file = LOADER_FILES.find((path) => resolvePath(root, path, false));
  if (file !== undefined) return { path: file, shadowed: loader };
  for (const { path: shadowed } of entries) {
    if (shadowed === loader || !LIBRARY.test(shadowed)) continue;
    const folder = parentPath(shadowed);
    const name = shadowed.slice(folder.length);
    const own = resolvePath(root, folder, true);
    const before = foldersBefore(folder).filter((each) => {
      const found = resolvePath(root, each, true);
      return found !== undefined && found !== own;
    });
    const searched = [
      ...before,
      ...[...before, folder].flatMap((each) => hwcapsFolders(root, each)),
    ];
    const path = searched.find((each) => resolvePath(root, `${each}${name}`, false));
    if (path !== undefined) return { path: `${path}${name}`, shadowed };
  }
  return undefined;
}

/** Debian's loader knows its own two folders first; whose loader another one is nobody knows. */
function foldersBefore(folder: string): string[] {
  const [, outsideOfUsr] = TRIPLET_FOLDER.exec(folder) ?? [];
  if (outsideOfUsr !== undefined) return [outsideOfUsr];
  return folder === '/usr/lib' ? ['/lib', '/lib64', '/usr/lib64'] : [];
}

function hwcapsFolders(root: CpioFile, folder: string): string[] {
  const path = `${folder}/${HWCAPS}`;
  const kinds = resolvePath(root, path, true)?.children?.keys() ?? [];
  return [...kinds].map((kind) => `${path}/${displayName(kind)}`);
}
