import type { Architecture } from '../artifacts/architectures.js';
import type { Lock } from '../artifacts/lock.js';
import { PREBUILT_KERNEL, prebuiltDigest } from '../artifacts/prebuilt.js';
import type { PrebuiltProgram } from '../artifacts/prebuilt.js';
import { KERNEL_LICENCE, KERNEL_SOURCE_NAME, kernelSourceOf } from './kernel-source.js';
import { embeddedModelDigest } from '../recipes/embedded-model.js';
import type { Part, PartPackage } from './spdx.js';

/** The licence of zosia and its guests' programs: see LICENSE. */
export const OWN_LICENCE = 'MIT';

/** A program that ships with zosia, by the name it has in guest/prebuilt. */
export async function ownProgram(
  program: PrebuiltProgram,
  sha256: string,
  { arch, version }: { readonly arch: Architecture; readonly version: string },
): Promise<PartPackage> {
  const isOwn = (await prebuiltDigest(arch, program)) === sha256;
  return {
    name: `zosia-${program}`,
    version,
    fileName: program,
    sha256,
    licence: OWN_LICENCE,
    ...(isOwn
      ? { sourceInfo: `compiled for ${arch} from the sources of zosia, and shipped with it` }
      : { comment: 'This is another program than the one that ships with this zosia.' }),
    purpose: 'APPLICATION',
  };
}

/** The kernel that ships with zosia, and Debian's source that it was compiled from. */
export async function ownKernel(
  sha256: string,
  relation: Part['relation'],
  { arch, lock }: { readonly arch: Architecture; readonly lock: Lock },
): Promise<Part> {
  const isOwn = (await prebuiltDigest(arch, PREBUILT_KERNEL[arch])) === sha256;
  const source = isOwn ? await kernelSourceOf(arch, lock) : undefined;
  return {
    package: {
      name: 'linux',
      version: source?.version,
      fileName: PREBUILT_KERNEL[arch],
      sha256,
      licence: KERNEL_LICENCE,
      sourceInfo:
        source &&
        `compiled without changes from ${KERNEL_SOURCE_NAME}, see guest/prebuilt/KERNELS.md`,
      comment: isOwn
        ? undefined
        : 'This is another kernel than the one that ships with this zosia.',
      purpose: 'OPERATING-SYSTEM',
    },
    relation,
    generatedFrom: source && [source],
  };
}

/** A model, with more said of it where it is the one that ships with zosia. */
export async function ownModel(sha256: string, model: PartPackage): Promise<PartPackage> {
  if ((await embeddedModelDigest()) !== sha256) return model;
  const sourceInfo = 'trained from the sources of zosia, and shipped with it';
  return { ...model, licence: OWN_LICENCE, licenceComment: undefined, sourceInfo };
}
