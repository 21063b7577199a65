import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Architecture } from '../../artifacts/architectures.js';
import { digestBytes, digestFile } from '../../host/digest.js';
import { writeOutput } from '../../host/output-file.js';
import { readTextFile } from '../../host/text-file.js';
import { LLAMA_PROGRAMS } from '../../toolchain/llama/programs.js';
import type { BuiltProgram } from '../../toolchain/llama/build.js';
import type { LlamaInputs } from '../../toolchain/llama/record.js';
import type { LlamaToolchain } from '../../toolchain/llama/toolchain.js';
import { isCurrent, writeManifest } from '../../recipes/manifest.js';
import type { Recipe } from '../../recipes/manifest.js';

/** What programs are to be made of, for a manifest. */
export function llamaRecipe(
  arch: Architecture,
  { commit, projectSha256, settingsSha256 }: LlamaInputs,
  { compiler, linker, librariesSha256 }: LlamaToolchain,
): Recipe {
  return {
    product: 'llama',
    inputs: [
      { name: 'project', sha256: projectSha256 },
      { name: 'settings', sha256: settingsSha256 },
      { name: 'libraries', sha256: librariesSha256 },
    ],
    settings: { arch, commit, compiler, linker },
  };
}

/** Has a line for each program, as sha256sum writes it: what the manifest beside it tells of. */
const sumsPath = (folder: string): string => join(folder, 'SHA256SUMS');

const sumsOf = (programs: readonly Pick<BuiltProgram, 'name' | 'sha256'>[]): string =>
  programs.map(({ name, sha256 }) => `${sha256}  bin/${name}\n`).join('');

/** The programs of a folder, where they are just what would be built; else undefined. */
export async function currentPrograms(
  folder: string,
  recipe: Recipe,
): Promise<BuiltProgram[] | undefined> {
  if (!(await isCurrent(sumsPath(folder), recipe))) return undefined;
  const programs: BuiltProgram[] = [];
  for (const name of LLAMA_PROGRAMS) {
    const path = join(folder, 'bin', name);
    const found = await stat(path).catch(() => undefined);
    if (!found?.isFile()) return undefined;
    const sha256 = await digestFile(path, found.size);
    programs.push({ name, path, sizeBytes: found.size, sha256 });
  }
  return sumsOf(programs) === (await readTextFile(sumsPath(folder))) ? programs : undefined;
}

/** Writes down what programs were made of, once they are all there. */
export async function writeProgramsManifest(
  folder: string,
  recipe: Recipe,
  programs: readonly BuiltProgram[],
): Promise<void> {
  const text = Buffer.from(sumsOf(programs));
  await writeOutput(sumsPath(folder), text);
  const output = { sizeBytes: text.length, sha256: digestBytes(text) };
  await writeManifest(sumsPath(folder), recipe, recipe.inputs, output);
}
