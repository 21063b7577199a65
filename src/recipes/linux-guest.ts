import {
  PREBUILT_KERNEL,
  packagedKernel,
  prebuiltKernel,
  readPrebuiltKernel,
} from './guest-kernel.js';
import { baseInputs, layeredInitramfs, openBase } from './base.js';
import type { Base, BaseOptions } from './base.js';
import { guestEntries, readRuntimeFiles } from './initramfs.js';
import { GUEST_MODULES } from './kernel-package.js';
import { chosenLlamaFolder } from './llama-folder.js';
import type { LlamaChoice, LlamaFolder } from './llama-folder.js';
import { llamaRuntime } from './llama-runtime.js';
import { isCurrent, writeManifest } from './manifest.js';
import type { ManifestInput, Recipe } from './manifest.js';
import { guestFiles, guestFolder } from './places.js';
import type { GuestFiles, KernelKind, Places } from './places.js';
import type { Architecture } from '../artifacts/architectures.js';
import { fetchComponents } from '../artifacts/fetch.js';
import type { FetchedPackage, FetchOptions } from '../artifacts/fetch.js';
import { lockedPackages, readLock } from '../artifacts/lock.js';
import type { Component, PinnedPackage } from '../artifacts/lock.js';
import { prebuiltInit } from '../artifacts/prebuilt.js';
import { planCpio } from '../formats/cpio/writer.js';
import { digestBytes, digestImage } from '../host/digest.js';
import { writeRaw } from '../host/raw-writer.js';
import { bytesSegment, makeImage } from '../image/image.js';
import type { Image } from '../image/image.js';

export interface LinuxGuestOptions extends Omit<FetchOptions, 'components'>, BaseOptions {
  readonly places: Places;
  /** zosia's own unless given. */
  readonly kernel?: KernelKind | undefined;
  /** Where llama.cpp comes from; Debian's packages unless given. */
  readonly llama?: LlamaChoice | undefined;
  /** Where kernel and initramfs go; the place of the architecture and the kernel unless given. */
  readonly outDir?: string | undefined;
  /** Called with a line for each step that takes a while. */
  readonly log?: ((message: string) => void) | undefined;
}

export interface LinuxGuest extends GuestFiles {
  /** False when all were there already. */
  readonly built: boolean;
}

/**
 * Brings the Linux guest's kernel and initramfs up to date. Nothing is fetched or built when what is
 * there was made of the same inputs and is unchanged.
 *
 * @throws ZosiaError as `fetchComponents`, `prebuiltKernel`, `packagedKernel`, `readRuntimeFiles`,
 *   `llamaRuntime`, `readLlamaFolder`, `openBase` and `layeredInitramfs`
 */
export async function linuxGuest(options: LinuxGuestOptions): Promise<LinuxGuest> {
  const { arch, places, kernel: kind = 'zosia', frozen = false, log, signal } = options;
  const isLayered = options.base !== undefined;
  const files = guestFiles(options.outDir ?? guestFolder(places, arch, kind, isLayered), arch);
  const [lock, init, prebuilt, folder, base] = await Promise.all([
    readLock(),
    prebuiltInit(arch),
    kind === 'zosia' ? readPrebuiltKernel(arch) : undefined,
    chosenLlamaFolder(options.llama, places, arch),
    openBase(options),
  ]);
  const components: Component[] = [];
  if (!prebuilt) components.push('kernel');
  if (!folder) components.push('llama');
  const parts: OtherParts = { arch, init, prebuilt, folder, base };
  const asked = recipesOf(parts, lockedPackages(lock, arch, components));
  const products = Object.keys(asked) as Product[];
  const current = await Promise.all(
    products.map((product) => isCurrent(files[product], asked[product], { frozen })),
  );
  if (current.every(Boolean)) return { ...files, built: false };

  const packages = await fetchComponents({ ...options, components });
  const used = recipesOf(parts, packages);
  const pathsOf = (component: Component): string[] =>
    packages.filter((found) => found.component === component).map(({ path }) => path);

  log?.(`unpacking the ${arch} kernel`);
  const kernel = prebuilt
    ? await prebuiltKernel(arch, prebuilt)
    : await packagedKernel(arch, pathsOf('kernel')[0]!);
  log?.(`building the ${arch} initramfs`);
  const entries = guestEntries({
    init,
    modules: kernel.modules,
    llama: folder?.entries ?? llamaRuntime(await readRuntimeFiles(pathsOf('llama')), arch),
  });
  const initramfs = base ? layeredInitramfs(base, entries) : planCpio(entries);
  const images: Record<Product, Image> = {
    kernel: imageOf(kernel.direct),
    uefiKernel: imageOf(kernel.image),
    initramfs,
  };
  for (const product of products) {
    const image = images[product];
    await writeRaw(image, files[product], { signal });
    const output = { sizeBytes: image.sizeBytes, sha256: await digestImage(image, signal) };
    await writeManifest(files[product], asked[product], used[product].inputs, output);
  }
  return { ...files, built: true };
}

const imageOf = (bytes: Uint8Array): Image => makeImage(bytes.length, [bytesSegment(0, bytes)]);

/** What is written: on arm64 one `Image` is both kernels. */
type Product = keyof GuestFiles;

/** What a guest is made of besides packages. */
interface OtherParts {
  readonly arch: Architecture;
  readonly init: Uint8Array;
  /** The kernel, unless that comes out of a package. */
  readonly prebuilt: Uint8Array | undefined;
  /** llama.cpp, unless that comes out of packages. */
  readonly folder: LlamaFolder | undefined;
  /** What it is layered on, unless it stands alone. */
  readonly base: Base | undefined;
}

/** The recipes of the products, for packages as they are pinned or as they were had. */
function recipesOf(
  { arch, init, prebuilt, folder, base }: OtherParts,
  packages: readonly (PinnedPackage | FetchedPackage)[],
): Record<Product, Recipe> {
  const kernel = prebuilt
    ? [{ name: PREBUILT_KERNEL[arch], sha256: digestBytes(prebuilt) }]
    : inputsOf(packages, 'kernel');
  const settings = { arch };
  return {
    kernel: { product: 'kernel', inputs: kernel, settings },
    uefiKernel: { product: arch === 'x86_64' ? 'uefi-kernel' : 'kernel', inputs: kernel, settings },
    initramfs: {
      product: 'initramfs',
      inputs: [
        { name: 'init', sha256: digestBytes(init) },
        ...inputsOf(packages, 'kernel'),
        ...(folder?.inputs ?? inputsOf(packages, 'llama')),
        ...(base ? baseInputs(base) : []),
      ],
      settings: {
        arch,
        modules: prebuilt ? '' : GUEST_MODULES.join(','),
        ...(base && { init: base.init }),
      },
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
