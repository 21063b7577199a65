import type { DebianArchitecture } from './architectures.js';
import type { Component, Suite } from './lock.js';

/** How a component is put together from the packages of a suite. */
export interface ComponentRecipe {
  readonly suite: Suite;
  /** The package to start from. */
  rootPackage(architecture: DebianArchitecture): string;
  /** Whether the root itself is wanted, or only names what is. */
  readonly wantsRoot: boolean;
  /** Whether the root is one package for all architectures. */
  readonly isForAll?: true | undefined;
  /** Packages that are wanted though none of the others depends on them. */
  readonly besides: readonly string[];
  /** Whether a package that a wanted one depends on is wanted too. */
  wants(dependency: { readonly name: string; readonly section: string }): boolean;
}

/**
 * Packages in section libs that hold nothing a llama.cpp program loads: documentation for all of
 * GCC's libraries, and character sets beyond Unicode and Latin-1.
 */
const LIBRARIES_WITHOUT_USE = /^(gcc-\d+-base|libc-gconv-modules-extra)$/;

export const COMPONENT_RECIPES: Readonly<Record<Component, ComponentRecipe>> = {
  kernel: {
    suite: 'bookworm',
    // The meta-package depends on the one kernel that is current.
    rootPackage: (architecture) => `linux-image-cloud-${architecture}`,
    wantsRoot: false,
    besides: [],
    wants: ({ name }) => /^linux-image-\d/.test(name),
  },
  'kernel-source': {
    // The version of the packaged kernel: both are built from one source package.
    suite: 'bookworm',
    rootPackage: () => 'linux-source-6.1',
    wantsRoot: true,
    isForAll: true,
    besides: [],
    wants: () => false,
  },
  llama: {
    suite: 'forky',
    rootPackage: () => 'llama.cpp-tools',
    wantsRoot: true,
    // The C library's programs; of these packages it alone has the locale C.UTF-8.
    besides: ['libc-bin'],
    // Of what llama.cpp-tools depends on, only libraries end up in the guest: no wget, no debconf.
    wants: ({ name, section }) => section === 'libs' && !LIBRARIES_WITHOUT_USE.test(name),
  },
  'llama-rpc': {
    suite: 'forky',
    // It has ggml-rpc-server, among others.
    rootPackage: () => 'llama.cpp-tools-extra',
    wantsRoot: true,
    // The backend of ggml by which one machine computes for another: what both ends load.
    besides: ['libggml0-backend-rpc'],
    // All else that the two depend on is in the component llama.
    wants: () => false,
  },
};
