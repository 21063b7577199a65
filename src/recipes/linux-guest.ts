import type { BaseOptions } from './base.js';
import { guestRecipes, packagedComponents } from './guest-recipe.js';
import type { GuestParts, GuestProduct } from './guest-recipe.js';
import type { BuildGuestOptions } from './linux-guest-build.js';
import type { LlamaChoice } from './llama-folder.js';
import { isCurrent } from './manifest.js';
import { guestFiles, guestFolder } from './places.js';
import type { GuestFiles, GuestRole, KernelKind, Places } from './places.js';
import { lockedPackages, readLock } from '../artifacts/lock.js';
import { PREBUILT_KERNEL, prebuiltDigest } from '../artifacts/prebuilt.js';

export interface LinuxGuestOptions extends BuildGuestOptions, BaseOptions {
  readonly places: Places;
  /** zosia's own unless given. */
  readonly kernel?: KernelKind | undefined;
  /** Where llama.cpp comes from; Debian's packages unless given. */
  readonly llama?: LlamaChoice | undefined;
  /** What it is for: to run a model by itself unless given. */
  readonly role?: GuestRole | undefined;
  /** Where kernel and initramfs go; the place of the architecture and the kernel unless given. */
  readonly outDir?: string | undefined;
}

export interface LinuxGuest extends GuestFiles {
  /** False when all were there already. */
  readonly built: boolean;
}

/**
 * Brings the Linux guest's kernel and initramfs up to date. Nothing is fetched or built when what is
 * there was made of the same inputs and is unchanged: then what fetches and builds is not even loaded.
 *
 * @throws ZosiaError as `readLock`, `prebuiltDigest`, `readLlamaFolder`, `openBase` and `buildLinuxGuest`
 */
export async function linuxGuest(options: LinuxGuestOptions): Promise<LinuxGuest> {
  const { arch, places, kernel: kind = 'zosia', role, frozen = false } = options;
  const isLayered = options.base !== undefined;
  const folder = options.outDir ?? guestFolder(places, arch, kind, isLayered);
  const files = guestFiles(folder, arch, role);
  const [lock, parts] = await Promise.all([readLock(), partsOf(options)]);
  const asked = guestRecipes(parts, lockedPackages(lock, arch, packagedComponents(parts)));
  const products = Object.keys(asked) as GuestProduct[];
  const current = await Promise.all(
    products.map((product) => isCurrent(files[product], asked[product], { frozen })),
  );
  // Kernels that are there stay as they are when the initramfs of another role is built beside them.
  const stale = products.filter((_, at) => current[at] !== true);
  if (stale.length === 0) return { ...files, built: false };

  const { buildLinuxGuest } = await import('./linux-guest-build.js');
  await buildLinuxGuest({ parts, asked, files, stale }, options);
  return { ...files, built: true };
}

async function partsOf(options: LinuxGuestOptions): Promise<GuestParts> {
  const { arch, kernel = 'zosia', role = 'single' } = options;
  const [initSha256, kernelSha256, folder, base] = await Promise.all([
    prebuiltDigest(arch, 'init'),
    kernel === 'zosia' ? prebuiltDigest(arch, PREBUILT_KERNEL[arch]) : undefined,
    llamaFolder(options),
    baseOf(options),
  ]);
  return { arch, initSha256, kernelSha256, folder, base, role };
}

async function llamaFolder({
  llama,
  places,
  arch,
  role,
}: LinuxGuestOptions): Promise<GuestParts['folder']> {
  if (llama === undefined || llama.kind === 'packages') return undefined;
  const { chosenLlamaFolder } = await import('./llama-folder.js');
  return chosenLlamaFolder(llama, places, arch, role);
}

async function baseOf(options: LinuxGuestOptions): Promise<GuestParts['base']> {
  if (options.base === undefined) return undefined;
  const { openBase } = await import('./base.js');
  return openBase(options);
}
