import { layeredInitramfs } from './base.js';
import { packagedKernel, prebuiltKernel, readPrebuiltKernel } from './guest-kernel.js';
import { guestRecipes, packagedComponents } from './guest-recipe.js';
import type { GuestParts, GuestProduct } from './guest-recipe.js';
import { guestEntries, readRuntimeFiles } from './initramfs.js';
import { llamaRuntime } from './llama-runtime.js';
import { writeManifest } from './manifest.js';
import type { Recipe } from './manifest.js';
import type { GuestFiles } from './places.js';
import { fetchComponents } from '../artifacts/fetch.js';
import type { FetchOptions } from '../artifacts/fetch.js';
import type { Component } from '../artifacts/lock.js';
import { prebuiltInit } from '../artifacts/prebuilt.js';
import { planCpio } from '../formats/cpio/writer.js';
import { digestImage } from '../host/digest.js';
import { writeRaw } from '../host/raw-writer.js';
import { bytesSegment, makeImage } from '../image/image.js';
import type { Image } from '../image/image.js';

export interface BuildGuestOptions extends Omit<FetchOptions, 'components'> {
  /** Called with a line for each step that takes a while. */
  readonly log?: ((message: string) => void) | undefined;
}

/** A guest that is to be built. */
export interface GuestToBuild {
  readonly parts: GuestParts;
  /** Its recipes, with packages as they are pinned. */
  readonly asked: Record<GuestProduct, Recipe>;
  /** Where it goes. */
  readonly files: GuestFiles;
  /** Which of its products are to be written. */
  readonly stale: readonly GuestProduct[];
}

/**
 * Fetches what the Linux guest is made of, builds it, and writes its files with their manifests.
 *
 * @throws ZosiaError as `fetchComponents`, `prebuiltKernel`, `packagedKernel`, `readRuntimeFiles`,
 *   `llamaRuntime` and `layeredInitramfs`
 */
export async function buildLinuxGuest(
  { parts, asked, files, stale }: GuestToBuild,
  options: BuildGuestOptions,
): Promise<void> {
  const { arch, kernelSha256, folder, base, role } = parts;
  const { log, signal } = options;
  const components = packagedComponents(parts);
  const packages = await fetchComponents({ ...options, components });
  const used = guestRecipes(parts, packages);
  const pathsOf = (component: Component): string[] =>
    packages.filter((found) => found.component === component).map(({ path }) => path);

  log?.(`unpacking the ${arch} kernel`);
  const kernel =
    kernelSha256 === undefined
      ? await packagedKernel(arch, pathsOf('kernel')[0]!)
      : await prebuiltKernel(arch, await readPrebuiltKernel(arch));
  log?.(`building the ${arch} initramfs`);
  const llamaPackages = [...pathsOf('llama'), ...pathsOf('llama-rpc')];
  const entries = guestEntries({
    init: await prebuiltInit(arch),
    modules: kernel.modules,
    llama: folder?.entries ?? llamaRuntime(await readRuntimeFiles(llamaPackages), arch, role),
  });
  const initramfs = base ? layeredInitramfs(base, entries) : planCpio(entries);
  const images: Record<GuestProduct, Image> = {
    kernel: imageOf(kernel.direct),
    uefiKernel: imageOf(kernel.image),
    initramfs,
  };
  for (const product of stale) {
    const image = images[product];
    // Before it is written: nothing that can be interrupted comes between a product and its manifest.
    const output = { sizeBytes: image.sizeBytes, sha256: await digestImage(image, signal) };
    await writeRaw(image, files[product], { signal });
    await writeManifest(files[product], asked[product], used[product].inputs, output);
  }
}

const imageOf = (bytes: Uint8Array): Image => makeImage(bytes.length, [bytesSegment(0, bytes)]);
