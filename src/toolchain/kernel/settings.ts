import type { Architecture } from '../../artifacts/architectures.js';
import { sha256 } from '../../image/sha256.js';
import { TOOL_ENVIRONMENT } from '../tool-environment.js';
import { KERNEL_TARGETS } from './make.js';

/** Everything off that the fragments do not ask for (kernel Documentation/kbuild/kconfig.rst). */
export const CONFIGURE_GOAL = 'allnoconfig';

/** Goes into the kernel word for word: what it is built by, where and when is nobody's affair. */
export const ANONYMOUS = {
  KBUILD_BUILD_TIMESTAMP: 'Thu Jan  1 00:00:00 UTC 1970',
  KBUILD_BUILD_USER: 'zosia',
  KBUILD_BUILD_HOST: 'zosia',
  KBUILD_BUILD_VERSION: '1',
};

/** What make is told of every kernel for an architecture: with LLVM=1 all programs are LLVM's. */
export const makeVariables = (arch: Architecture): string[] => [
  `ARCH=${KERNEL_TARGETS[arch].arch}`,
  'LLVM=1',
];

/**
 * A digest of what a build puts into a kernel besides source, fragments and compiler. Where it is built, by how
 * many processes, and what keeps the compiler's results make no difference to a kernel: they are not in it.
 */
export function kernelSettingsSha256(arch: Architecture): string {
  const { goals, image } = KERNEL_TARGETS[arch];
  const environment = { LC_ALL: TOOL_ENVIRONMENT.LC_ALL, ...ANONYMOUS };
  const goal = { configure: CONFIGURE_GOAL, build: goals, image };
  return sha256(JSON.stringify([makeVariables(arch), goal, Object.entries(environment)]));
}
