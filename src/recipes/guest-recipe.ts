import type { Base } from './base.js';
import { GUEST_MODULES } from './guest-modules.js';
import type { LlamaFolder } from './llama-folder.js';
import type { ManifestInput, Recipe } from './manifest.js';
import type { GuestFiles, GuestRole } from './places.js';
import type { Architecture } from '../artifacts/architectures.js';
import type { FetchedPackage } from '../artifacts/fetch.js';
import type { Component, PinnedPackage } from '../artifacts/lock.js';
import { PREBUILT_KERNEL } from '../artifacts/prebuilt.js';

/** What is written: on arm64 one `Image` is both kernels. */
export type GuestProduct = keyof GuestFiles;

/** What a guest is made of besides packages. */
export interface GuestParts {
  readonly arch: Architecture;
  /** Of PID 1. */
  readonly initSha256: string;
  /** Of the file with the kernel that ships, unless the kernel comes out of a package. */
  readonly kernelSha256: string | undefined;
  /** llama.cpp, unless that comes out of packages. */
  readonly folder: LlamaFolder | undefined;
  /** What it is layered on, unless it stands alone. */
  readonly base: Base | undefined;
  readonly role: GuestRole;
}

/** What of a guest comes out of packages. */
export function packagedComponents({ kernelSha256, folder, role }: GuestParts): Component[] {
  const components: Component[] = [];
  if (kernelSha256 === undefined) components.push('kernel');
  if (!folder) components.push('llama');
  if (!folder && role !== 'single') components.push('llama-rpc');
  return components;
}

/** The recipes of the products, for packages as they are pinned or as they were had. */
export function guestRecipes(
  { arch, initSha256, kernelSha256, folder, base, role }: GuestParts,
  packages: readonly (PinnedPackage | FetchedPackage)[],
): Record<GuestProduct, Recipe> {
  const isPrebuilt = kernelSha256 !== undefined;
  const kernel = isPrebuilt
    ? [{ name: PREBUILT_KERNEL[arch], sha256: kernelSha256 }]
    : inputsOf(packages, 'kernel');
  const settings = { arch };
  return {
    kernel: { product: 'kernel', inputs: kernel, settings },
    uefiKernel: { product: arch === 'x86_64' ? 'uefi-kernel' : 'kernel', inputs: kernel, settings },
    initramfs: {
      product: 'initramfs',
      inputs: [
        { name: 'init', sha256: initSha256 },
        ...inputsOf(packages, 'kernel'),
        ...(folder?.inputs ?? [...inputsOf(packages, 'llama'), ...inputsOf(packages, 'llama-rpc')]),
        ...(base ? [{ name: 'base', sha256: base.sha256 }] : []),
      ],
      settings: {
        arch,
        modules: isPrebuilt ? '' : GUEST_MODULES.join(','),
        ...(base && { init: base.init }),
        ...(role !== 'single' && { role }),
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
