import { splitCompression } from '../compression/decompress.js';

/**
 * The name of the module in a file: `virtio_rng` for `kernel/drivers/char/hw_random/virtio-rng.ko.xz`.
 * Dashes and underscores mean the same in module names; the kernel uses underscores.
 *
 * @returns undefined for a file that is no module
 */
export function moduleNameOf(path: string): string | undefined {
  const { stem } = splitCompression(path.slice(path.lastIndexOf('/') + 1));
  return stem.endsWith('.ko') ? normaliseModuleName(stem.slice(0, -'.ko'.length)) : undefined;
}

export function normaliseModuleName(name: string): string {
  return name.replaceAll('-', '_');
}

/** The module files among these by the name of their module; of two with one name, the first. */
export function pathsByModuleName(paths: Iterable<string>): Map<string, string> {
  const pathOfName = new Map<string, string>();
  for (const path of paths) {
    const name = moduleNameOf(path);
    if (name !== undefined && !pathOfName.has(name)) pathOfName.set(name, path);
  }
  return pathOfName;
}
