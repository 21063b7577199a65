import { readFile } from 'node:fs/promises';
import { mergeUsr } from './file-tree.js';
import { GUEST_MODULES } from './guest-modules.js';
import { ZosiaError } from '../errors.js';
import { splitCompression } from '../formats/compression/decompress.js';
import { readDeb } from '../formats/deb/deb.js';
import { decompressModule, dependenciesFromModinfo } from '../formats/kmod/modinfo.js';
import { loadOrder } from '../formats/kmod/modules-dep.js';

/** A module to load: its absolute path in the guest, and its contents, uncompressed. */
export interface KernelModule {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** What a kernel package brings to the guest. */
export interface KernelPackage {
  /** The kernel as QEMU loads it: arm64 `Image`, x86 `bzImage`. */
  readonly kernel: Uint8Array;
  /** The modules the guest loads, by absolute path, in load order. */
  readonly modules: readonly KernelModule[];
}

/**
 * Takes the kernel and the modules of {@link GUEST_MODULES}, with all that they depend on, out of a
 * Debian kernel package. Dependencies are read from the modules themselves: Debian's `modules.dep` is
 * made on the host that installs the package and is not in it.
 *
 * @throws ZosiaError `ZOSIA_KERNEL_NOT_FOUND`, `ZOSIA_KERNEL_MODULE_MISSING`
 */
export async function readKernelPackage(debPath: string): Promise<KernelPackage> {
  let kernel: Uint8Array | undefined;
  let builtin = '';
  const files = new Map<string, Uint8Array>();
  const entries = readDeb(await readFile(debPath), {
    select: (path) => /^\/boot\/vmlinuz-|\.ko(\.(xz|zst|gz))?$|\/modules\.builtin$/.test(path),
  });
  for await (const { path, bytes } of entries) {
    if (!bytes) continue;
    if (path.startsWith('/boot/')) kernel = bytes;
    else if (path.endsWith('/modules.builtin')) builtin = Buffer.from(bytes).toString('utf8');
    else files.set(path, bytes);
  }
  if (!kernel) {
    throw new ZosiaError('ZOSIA_KERNEL_NOT_FOUND', `${debPath} has no /boot/vmlinuz-*`, {
      hint: 'Name a linux-image package in artifacts.lock.json.',
    });
  }
  const dependencies = await dependenciesFromModinfo(files, GUEST_MODULES, { builtin });
  const modules: KernelModule[] = [];
  for (const path of loadOrder(dependencies, GUEST_MODULES, { builtin })) {
    const bytes = await decompressModule(path, files.get(path)!);
    modules.push({ path: mergeUsr(splitCompression(path).stem), bytes });
  }
  return { kernel, modules };
}
