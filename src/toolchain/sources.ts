import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ZosiaError } from '../errors.js';
import type { BuilderFile } from './builder.js';

/** The configuration of the kernels that zosia compiles; the same place seen from `src/` and from `dist/`. */
export const KERNEL_CONFIG_DIRECTORY = fileURLToPath(
  new URL('../../kernel-config/', import.meta.url),
);

/** What the images are made of that have the compilers: a Dockerfile for each toolchain. */
export const TOOLCHAIN_DIRECTORY = fileURLToPath(
  new URL('../../guest/toolchain/', import.meta.url),
);

/** The sources of the guests' programs. Clones have them; installed packages have them built, too. */
export const GUEST_SOURCE_DIRECTORY = fileURLToPath(new URL('../../guest/', import.meta.url));

/** How llama.cpp is built for the guest: a CMake project, and the source that it is built from. */
export const LLAMA_BUILD_DIRECTORY = fileURLToPath(new URL('../../guest/llama/', import.meta.url));

/** What the programs of both guests are compiled with, below `GUEST_SOURCE_DIRECTORY`. */
export const SHARED_SOURCES = 'shared';

/**
 * The C files of folders and of those in them, relative to `sourceDir`: by folder as given, then by path
 * in byte order, since the linker lays the program out in the order they are given.
 *
 * @throws ZosiaError `ZOSIA_GUEST_SOURCE_MISSING` when there are none
 */
export async function listSources(
  sourceDir: string,
  folders: readonly string[],
): Promise<string[]> {
  const sources: string[] = [];
  for (const folder of folders) {
    const paths = await readdir(join(sourceDir, folder), { recursive: true }).catch(() => []);
    const files = paths.filter((path) => path.endsWith('.c')).sort();
    sources.push(...files.map((path) => `${folder}/${path}`));
  }
  if (sources.length === 0) {
    throw new ZosiaError('ZOSIA_GUEST_SOURCE_MISSING', `there is no C source in ${sourceDir}`, {
      hint: 'Build what runs in guests in a clone of the repository; an installed zosia brings it built.',
    });
  }
  return sources;
}

/** The folder that a builder has the guests' sources in: compilers run there, so that names are the same everywhere. */
export const SOURCE_FOLDER = 'source';

/** The C files of folders and the headers of all that they may include, as a builder takes them. */
export async function readSources(sourceDir: string): Promise<BuilderFile[]> {
  const files: BuilderFile[] = [];
  for (const folder of ['init', 'efi', 'engine', SHARED_SOURCES]) {
    const paths = await readdir(join(sourceDir, folder), { recursive: true }).catch(() => []);
    for (const path of paths.filter((each) => /\.[ch]$/.test(each)).sort()) {
      const data = await readFile(join(sourceDir, folder, path));
      files.push({ path: `${SOURCE_FOLDER}/${folder}/${path}`, data });
    }
  }
  return files;
}
