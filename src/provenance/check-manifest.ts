import type { Architecture } from '../artifacts/architectures.js';
import { PREBUILT_KERNEL, prebuiltDigest } from '../artifacts/prebuilt.js';
import { digestFile } from '../host/digest.js';
import { lookAtFile } from '../host/host-file.js';
import { recipeDigest } from '../recipes/manifest.js';
import type { GuestImage, ImageManifest } from './image-manifest.js';
import type { NamedPackage } from './package-sources.js';
import type { ProvenanceFindings } from './provenance-report.js';

/** Compares the file itself with what its manifest says of it. @throws ZosiaError as `lookAtFile` */
export async function checkOutput(
  path: string,
  { output }: ImageManifest,
  findings: ProvenanceFindings,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { sizeBytes } = await lookAtFile(path);
  if (sizeBytes !== output.sizeBytes) {
    const message = `it has ${sizeBytes} bytes, and the manifest says ${output.sizeBytes}`;
    findings.problem('image-changed', 'the image', message);
  } else if (output.sha256 === undefined) {
    findings.notes.push('the manifest has no sha256 of the image as a whole');
  } else if ((await digestFile(path, sizeBytes, signal)) !== output.sha256) {
    findings.problem('image-changed', 'the image', 'it does not have the sha256 of its manifest');
  }
}

/** Compares what the manifest names with the lock, and with what ships with zosia. */
export async function checkInputs(
  manifest: GuestImage,
  packages: readonly NamedPackage[],
  findings: ProvenanceFindings,
): Promise<void> {
  const { inputs, product, settings, recipeSha256 } = manifest;
  // With a substitute, the recipe was one of the packages that were asked for, not of those that were had.
  const isAsAsked = !inputs.some(({ substitute }) => substitute);
  if (isAsAsked && recipeDigest({ product, inputs, settings }) !== recipeSha256) {
    const message = 'its inputs and settings do not have the sha256 that it has for them';
    findings.problem('manifest-changed', 'the manifest', message);
  }
  const hasInit = inputs.some(({ name, version }) => name === 'init' && version === undefined);
  if (product === 'initramfs' && !hasInit) {
    findings.problem('manifest-changed', 'the manifest', 'it does not name the init of zosia');
  }
  for (const { name, version, sha256, substitute } of inputs) {
    const own = version === undefined ? await ownDigest(name, settings.arch) : undefined;
    if (own !== undefined && own !== sha256) {
      findings.problem('not-ours', name, 'it is not the one that ships with this zosia');
    }
    if (version === undefined) continue;
    if (packages.some((each) => each.sha256 === sha256 && each.name === name && each.locked))
      continue;
    const message = substitute
      ? `version ${version} took the place of the one in the lock, which could not be had`
      : `the lock does not have version ${version} with this sha256`;
    findings.problem('not-in-lock', name, message);
  }
}

async function ownDigest(name: string, arch: Architecture): Promise<string | undefined> {
  const isProgram = name === 'init' || name === PREBUILT_KERNEL[arch];
  return isProgram ? prebuiltDigest(arch, name) : undefined;
}
