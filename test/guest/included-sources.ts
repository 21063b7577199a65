import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { GUEST_SOURCE_DIRECTORY } from '../../src/toolchain/sources.js';

const INCLUDE = /^#include "([^"]+)\.h"$/gm;
/** Where what is included is looked for, beside the folder that includes it. */
const FOLDERS = [GUEST_SOURCE_DIRECTORY, join(GUEST_SOURCE_DIRECTORY, 'efi')];
/** The others may be replaced in a test. */
const PORTABLE = /^(engine|shared)\//;
const FROM_HOST = join(GUEST_SOURCE_DIRECTORY, 'shared/memory.c');

/**
 * The sources of guest/engine and guest/shared that a program needs: those whose headers it includes, and
 * those whose headers are included there. What has no header of its own name, such as products, is not
 * among them.
 *
 * @param paths of the program's own sources
 * @returns paths in byte order
 */
export async function includedSources(paths: readonly string[]): Promise<string[]> {
  const read = new Set<string>();
  const left = [...paths];
  for (let path = left.pop(); path !== undefined; path = left.pop()) {
    if (read.has(path)) continue;
    const text = await readFile(path, 'utf8').catch(() => undefined);
    if (text === undefined) continue;
    read.add(path);
    for (const [, name] of text.matchAll(INCLUDE)) {
      left.push(...[dirname(path), ...FOLDERS].map((folder) => join(folder, `${name}.h`)));
      if (PORTABLE.test(name!)) left.push(join(GUEST_SOURCE_DIRECTORY, `${name}.c`));
    }
  }
  const known = [...paths, FROM_HOST];
  return [...read].filter((path) => path.endsWith('.c') && !known.includes(path)).sort();
}
