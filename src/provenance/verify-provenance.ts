import type { OnRead } from './digest-access.js';
import { checkDisk } from './check-disk.js';
import { checkInitramfs } from './check-initramfs.js';
import { checkKernel } from './check-kernel.js';
import { checkInputs, checkOutput } from './check-manifest.js';
import { isGuestImage, readImageManifest } from './image-manifest.js';
import { originsOf } from './package-files.js';
import { findPackages, requireAll } from './package-sources.js';
import type { PackageSourceOptions } from './package-sources.js';
import { guestOrigins } from './guest-origins.js';
import { ProvenanceFindings } from './provenance-report.js';
import type { ProvenanceReport } from './provenance-report.js';

export interface VerifyProvenanceOptions extends PackageSourceOptions {
  /** See `OpenVmdkOptions`. */
  readonly allowOutside?: boolean | undefined;
  /** Called while files on a disk are read. */
  readonly onRead?: OnRead | undefined;
}

/**
 * Compares an image with the manifest beside it, and with what that names: packages of the lock, in the cache
 * or fetched; zosia's own kernel and programs; models by their recorded digests. Nothing is built again.
 *
 * @throws ZosiaError `ZOSIA_NO_MANIFEST`, `ZOSIA_MANIFEST_DAMAGED`, `ZOSIA_OFFLINE` for packages that cannot be
 *   looked into, those of `fetchComponents`, and of `openImage` for a disk. What is wrong with the image is
 *   reported, not thrown.
 */
export async function verifyProvenance(
  path: string,
  options: VerifyProvenanceOptions,
): Promise<ProvenanceReport> {
  const { signal } = options;
  const manifest = await readImageManifest(path);
  const findings = new ProvenanceFindings();
  await checkOutput(path, manifest, findings, signal);
  if (isGuestImage(manifest)) {
    const packages = await findPackages(manifest.inputs, manifest.settings.arch, options);
    await checkInputs(manifest, packages, findings);
    // One that the lock does not have need not be in the cache: what is wrong with it was said.
    requireAll(packages.filter(({ locked }) => locked !== undefined));
    if (manifest.product === 'initramfs') {
      const isLayered = manifest.inputs.some(({ name }) => name === 'base');
      const origins = await originsOf(packages, isLayered);
      await checkInitramfs(path, manifest, origins, findings, signal);
    } else {
      await checkKernel(path, manifest, packages, findings, signal);
    }
  } else {
    await checkDisk(path, manifest, findings, options);
  }
  const { problems, problemCount, unknown, manifestOnly, yours, notCompared, notes } = findings;
  const { fileCount, comparedBytes } = findings;
  const { product } = manifest;
  return {
    path,
    product,
    problems,
    problemCount,
    unknown,
    manifestOnly,
    yours,
    ...(isGuestImage(manifest) && product === 'initramfs' && { guest: guestOrigins(manifest) }),
    fileCount,
    comparedBytes,
    notCompared,
    notes,
  };
}
