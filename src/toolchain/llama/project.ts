import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ZosiaError } from '../../errors.js';
import { sha256 } from '../../image/sha256.js';
import type { BuilderFile } from '../builder.js';
import { LLAMA_BUILD_DIRECTORY } from '../sources.js';

/** The files by which llama.cpp is built: CMake's, and what is compiled beside it. */
export async function llamaProject(folder = LLAMA_BUILD_DIRECTORY): Promise<BuilderFile[]> {
  const names = await readdir(folder).catch(() => []);
  const files = names.filter((name) => /\.(cmake|cpp)$|^CMakeLists\.txt$/.test(name)).sort();
  if (files.length === 0) {
    throw new ZosiaError('ZOSIA_GUEST_SOURCE_MISSING', `there is no CMake project in ${folder}`, {
      hint: 'Install zosia anew.',
    });
  }
  return Promise.all(
    files.map(async (name) => ({ path: name, data: await readFile(join(folder, name)) })),
  );
}

/** A digest of all of them, names and contents. */
export const projectSha256 = (files: readonly BuilderFile[]): string =>
  sha256(JSON.stringify(files.map(({ path, data }) => [path, sha256(data)])));
