import { join } from 'node:path';
import { initramfsPath, kernelPath } from './places.js';
import type { Places } from './places.js';
import { planInitramfs, readRuntimeFiles } from './initramfs.js';
import { GUEST_MODULES, readKernelPackage } from './kernel-package.js';
import { isCurrent, writeManifest } from './manifest.js';
import type { ManifestInput, Recipe } from './manifest.js';
import type { Architecture } from '../artifacts/architectures.js';
import { fetchComponents } from '../artifacts/fetch.js';
import type { FetchedPackage, FetchOptions } from '../artifacts/fetch.js';
import { prebuiltInit } from '../artifacts/prebuilt.js';
import { lockedPackages, readLock } from '../artifacts/lock.js';
import type { Component, PinnedPackage } from '../artifacts/lock.js';
import { gzip } from '../formats/compression/gzip.js';
import { imageBytes } from '../host/chunks.js';
import { digestBytes } from '../host/digest.js';
import { writeOutput } from '../host/output-file.js';

const GZIP_LEVEL = 6;

export interface LinuxGuestOptions extends Omit<FetchOptions, 'components'> {
  readonly places: Places;
  /** Where kernel and initramfs go; the place of the architecture unless given. */
  readonly outDir?: string | undefined;
  /** Called with a line for each step that takes a while. */
  readonly log?: ((message: string) => void) | undefined;
}

export interface LinuxGuest {
  readonly kernel: string;
  readonly initramfs: string;
  /** False when both were there already. */
  readonly built: boolean;
}

/**
 * Brings the Linux guest's kernel and initramfs up to date. Nothing is fetched or built when what is
 * there was made of the same inputs and is unchanged.
 *
 * @throws ZosiaError as `fetchComponents`, `readKernelPackage`, `readRuntimeFiles` and `planInitramfs`
 */
export async function linuxGuest(options: LinuxGuestOptions): Promise<LinuxGuest> {
  const { arch, places, outDir, frozen = false, log, signal } = options;
  const kernel = outDir === undefined ? kernelPath(places, arch) : join(outDir, 'Image');
  const initramfs =
    outDir === undefined ? initramfsPath(places, arch) : join(outDir, 'initramfs.cpio.gz');
  const [lock, init] = await Promise.all([readLock(), prebuiltInit(arch)]);
  const recipes = guestRecipes(arch, lockedPackages(lock, arch), init);

  const current = await Promise.all([
    isCurrent(kernel, recipes.kernel, { frozen }),
    isCurrent(initramfs, recipes.initramfs, { frozen }),
  ]);
  if (current.every(Boolean)) return { kernel, initramfs, built: false };

  const packages = await fetchComponents(options);
  const used = guestRecipes(arch, packages, init);
  const pathsOf = (component: Component): string[] =>
    packages.filter((found) => found.component === component).map((found) => found.path);
  const write = async (path: string, bytes: Uint8Array, product: keyof typeof recipes) => {
    await writeOutput(path, bytes, { signal });
    const output = { sizeBytes: bytes.length, sha256: digestBytes(bytes) };
    await writeManifest(path, recipes[product], used[product].inputs, output);
  };

  log?.(`unpacking the ${arch} kernel`);
  const kernelPackage = await readKernelPackage(pathsOf('kernel')[0]!);
  await write(kernel, kernelPackage.kernel, 'kernel');

  log?.(`building the ${arch} initramfs`);
  const image = planInitramfs({
    arch,
    init,
    modules: kernelPackage.modules,
    runtimeFiles: await readRuntimeFiles(pathsOf('llama')),
  });
  const compressed = await gzip(imageBytes(image, signal), { level: GZIP_LEVEL });
  await write(initramfs, compressed, 'initramfs');
  return { kernel, initramfs, built: true };
}

/** The two recipes, for the packages as they are pinned or as they were had. */
function guestRecipes(
  arch: Architecture,
  packages: readonly (PinnedPackage | FetchedPackage)[],
  init: Uint8Array,
): { kernel: Recipe; initramfs: Recipe } {
  const kernelInputs = inputsOf(packages, 'kernel');
  return {
    kernel: { product: 'kernel', inputs: kernelInputs, settings: { arch } },
    initramfs: {
      product: 'initramfs',
      inputs: [
        { name: 'init', sha256: digestBytes(init) },
        ...kernelInputs,
        ...inputsOf(packages, 'llama'),
      ],
      settings: { arch, modules: GUEST_MODULES.join(','), gzipLevel: GZIP_LEVEL },
    },
  };
}

function inputsOf(
  packages: readonly (PinnedPackage | FetchedPackage)[],
  component: Component,
): ManifestInput[] {
  return packages
    .filter((found) => found.component === component)
    .map((found) => ({
      name: found.name,
      version: found.version,
      sha256: found.sha256,
      substitute: 'substituted' in found ? true : undefined,
    }));
}
