import { realpath } from 'node:fs/promises';
import { dirname, isAbsolute, relative, sep } from 'node:path';

/**
 * The folder at which the names in a VMDK descriptor start, without symbolic links: that of the path by
 * which the descriptor is opened, as for QEMU, not that of a file which this path is a link to.
 */
export async function extentFolder(descriptorPath: string): Promise<string> {
  return realpath(dirname(descriptorPath));
}

/**
 * Where a name in a descriptor leads, for the kernel to follow: a `..` in it goes up from where a link
 * before it leads, which `resolve` would not do.
 */
export function extentPath(folder: string, name: string): string {
  return isAbsolute(name) ? name : `${folder}/${name}`;
}

/** How a descriptor in that folder names a file: relative, both without symbolic links. */
export async function extentNameOf(folder: string, path: string): Promise<string> {
  return relative(folder, await realpath(path));
}

/** Whether a path lies below a folder; both without symbolic links. */
export function isBelow(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
