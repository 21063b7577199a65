import { stat } from 'node:fs/promises';
import type { Architecture } from '../../artifacts/architectures.js';
import { digestFile } from '../../host/digest.js';
import { isCurrent, writeManifest } from '../../recipes/manifest.js';
import type { Recipe } from '../../recipes/manifest.js';
import type { Compiler } from '../../toolchain/compiler.js';
import type { BuiltKernel } from '../../toolchain/kernel/build.js';
import { kernelFiles } from '../../toolchain/kernel/files.js';
import type { KernelInputs } from '../../toolchain/kernel/record.js';
import type { KernelSource } from './kernel-source.js';

/** What a kernel is to be made of: known before anything is unpacked. */
export function kernelRecipe(
  arch: Architecture,
  source: Pick<KernelSource, 'name' | 'version'>,
  { sourceSha256, configSha256, settingsSha256 }: KernelInputs,
  { version, linkerVersion }: Compiler,
): Recipe {
  return {
    product: 'kernel',
    inputs: [
      { name: source.name, version: source.version, sha256: sourceSha256 },
      { name: 'configuration', sha256: configSha256 },
      { name: 'settings', sha256: settingsSha256 },
    ],
    settings: { arch, compiler: version, linker: linkerVersion },
  };
}

/** The kernel that a folder has, if it is exactly what would be built. */
export async function currentKernel(
  outDir: string,
  arch: Architecture,
  recipe: Recipe,
): Promise<BuiltKernel | undefined> {
  const files = kernelFiles(outDir, arch);
  for (const path of bootable(files)) {
    if (!(await isCurrent(path, productOf(path, files, recipe)))) return undefined;
  }
  const isThere = await stat(files.configPath).then(
    () => true,
    () => false,
  );
  if (!isThere) return undefined;
  const { size } = await stat(files.path);
  return { ...files, sizeBytes: size, sha256: await digestFile(files.path, size) };
}

/** Writes down beside a kernel that has just been built what it was made of. */
export async function writeKernelManifests(built: BuiltKernel, recipe: Recipe): Promise<void> {
  for (const path of bootable(built)) {
    const { size } = await stat(path);
    const output = { sizeBytes: size, sha256: await digestFile(path, size) };
    await writeManifest(path, productOf(path, built, recipe), recipe.inputs, output);
  }
}

type Files = Pick<BuiltKernel, 'path' | 'vmlinuxPath'>;

const bootable = ({ path, vmlinuxPath }: Files): string[] =>
  vmlinuxPath === undefined ? [path] : [path, vmlinuxPath];

const productOf = (path: string, files: Files, recipe: Recipe): Recipe =>
  path === files.path ? recipe : { ...recipe, product: 'vmlinux' };
