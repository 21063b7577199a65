import { PREBUILT_KERNEL } from '../artifacts/prebuilt.js';
import { digestBytes, digestFile } from '../host/digest.js';
import { lookAtFile } from '../host/host-file.js';
import { packagedKernel, prebuiltKernel, readPrebuiltKernel } from '../recipes/guest-kernel.js';
import type { GuestKernel } from '../recipes/guest-kernel.js';
import type { GuestImage } from './image-manifest.js';
import type { NamedPackage } from './package-sources.js';
import type { ProvenanceFindings } from './provenance-report.js';

/**
 * Compares a kernel with the one that ships with zosia, or with that of Debian's package.
 *
 * @throws ZosiaError as `prebuiltKernel` and `packagedKernel`
 */
export async function checkKernel(
  path: string,
  { inputs, product, settings: { arch } }: GuestImage,
  packages: readonly NamedPackage[],
  findings: ProvenanceFindings,
  signal: AbortSignal | undefined,
): Promise<void> {
  let kernel: GuestKernel | undefined;
  let origin = 'zosia';
  const [found] = packages;
  if (inputs.some(({ name }) => name === PREBUILT_KERNEL[arch])) {
    kernel = await prebuiltKernel(arch, await readPrebuiltKernel(arch));
  } else if (found?.path !== undefined) {
    kernel = await packagedKernel(arch, found.path);
    origin = `${found.name} ${found.version}`;
  }
  if (!kernel) {
    findings.noOrigin('the image');
    return;
  }
  const expected = product === 'kernel' ? kernel.direct : kernel.image;
  const { sizeBytes } = await lookAtFile(path);
  if ((await digestFile(path, sizeBytes, signal)) === digestBytes(expected)) {
    findings.same(sizeBytes);
  } else {
    findings.problem('file-differs', 'the image', `it is not the kernel of ${origin}`);
  }
}
