import { fetchedBuildroot } from './buildroot.js';
import { INIT_PATH } from './initramfs.js';
import { conflict, layOver } from './layering.js';
import { OWN_LOADER, withOwnLoader } from './own-loader.js';
import { BUILDROOT } from './places.js';
import type { BaseInit, Places } from './places.js';
import { findShadow } from './shadowed-libraries.js';
import type { Architecture } from '../artifacts/architectures.js';
import { readRootfs } from '../artifacts/buildroot/rootfs.js';
import type { Rootfs } from '../artifacts/buildroot/rootfs.js';
import { ZosiaError } from '../errors.js';
import { resolve as resolvePath } from '../formats/cpio/root/resolve.js';
import type { CpioEntry } from '../formats/cpio/writer.js';
import { digestImage } from '../host/digest.js';
import type { Image } from '../image/image.js';
import { option, wording } from '../wording.js';

/** What a guest may be layered on. */
export interface BaseOptions {
  /** A root file system, cpio or tar, packed or not; `buildroot` is the one that was fetched. */
  readonly base?: string | undefined;
  /** zosia's unless given. With the base's own, zosia's is left out. */
  readonly baseInit?: BaseInit | undefined;
}

/** A root file system that a guest is layered on. */
export interface Base extends Rootfs {
  /** Of the archive. */
  readonly sha256: string;
  readonly init: BaseInit;
}

/**
 * Reads what a guest is to be layered on; undefined when it stands alone.
 *
 * @throws ZosiaError `ZOSIA_BASE_REFUSED` for one whose programs are for another machine, or that has no
 *   init where its own is to run; as `readRootfs` and `fetchedBuildroot`
 */
export async function openBase({
  base,
  baseInit: init = 'zosia',
  arch,
  places,
  signal,
}: BaseOptions & {
  readonly arch: Architecture;
  readonly places: Places;
  readonly signal?: AbortSignal | undefined;
}): Promise<Base | undefined> {
  if (base === undefined) return undefined;
  const path = base === BUILDROOT ? await fetchedBuildroot(places, arch, 'rootfs', signal) : base;
  const rootfs = await readRootfs(path, signal);
  if (rootfs.arch !== undefined && rootfs.arch !== arch) {
    throw new ZosiaError(
      'ZOSIA_BASE_REFUSED',
      `${path} has programs for ${rootfs.arch}, and the guest is for ${arch}`,
      { hint: wording`Give ${option('arch', rootfs.arch)}, or name another base.` },
    );
  }
  if (init === 'base' && ownInit(rootfs) === undefined) {
    throw new ZosiaError('ZOSIA_BASE_REFUSED', `${path} has neither /init nor /sbin/init`, {
      hint: 'Name one that has, or let zosia be its init.',
    });
  }
  return { ...rootfs, sha256: await digestImage(rootfs.archive, signal), init };
}

const SBIN_INIT = '/sbin/init';

const ownInit = ({ root }: Rootfs): string | undefined =>
  [INIT_PATH, SBIN_INIT].find((path) => {
    // Where a link leads to is looked at by the kernel, which also has what is mounted.
    const found = resolvePath(root, path, false);
    return found !== undefined && found.type !== 'directory';
  });

/**
 * A guest on a base: the base's archive byte for byte, then the guest's files. llama.cpp comes with its own
 * loader, and beside the libraries of the base. With the base's init, the kernel is led to `/sbin/init`
 * where the base has no `/init`, as in a root file system that was made for a disk.
 *
 * @param entries the guest's files, as `guestEntries` gives them
 * @throws ZosiaError `ZOSIA_BASE_CONFLICT`, `ZOSIA_ELF_INVALID`
 */
export function layeredInitramfs(base: Base, entries: readonly CpioEntry[]): Image {
  const files = withOwnLoader(entries);
  const hasLoader = files.some(({ path }) => path === OWN_LOADER);
  const shadow = hasLoader ? findShadow(base.root, OWN_LOADER, files) : undefined;
  if (shadow) throw conflict(shadow.path, shadow.shadowed);
  if (base.init === 'zosia') return layOver(base, files);
  const others = files.filter(({ path }) => path !== INIT_PATH);
  const link: CpioEntry = { path: INIT_PATH, type: 'symlink', target: SBIN_INIT };
  return layOver(base, ownInit(base) === INIT_PATH ? others : [...others, link]);
}
