import type { Architecture } from '../../src/artifacts/architectures.js';
import { findCompiler } from '../../src/toolchain/compiler.js';
import { compileFreestanding } from '../../src/toolchain/freestanding.js';
import {
  GUEST_SOURCE_DIRECTORY,
  SHARED_SOURCES,
  listSources,
} from '../../src/toolchain/sources.js';
import { HOST } from './host.js';

/**
 * Compiles a program of a test together with parts of the Linux guest's init, and with all that both
 * guests share.
 *
 * @param sources the test's own C files
 * @param parts files of guest/init from there on, without ".c"; all but main unless given
 */
export async function compileWithInit(
  arch: Architecture,
  sources: readonly string[],
  parts?: readonly string[],
): Promise<Uint8Array> {
  const init =
    parts?.map((part) => `init/${part}.c`) ?? (await listSources(GUEST_SOURCE_DIRECTORY, ['init']));
  return compileFreestanding({
    arch,
    compiler: await findCompiler(HOST.searchPath),
    sourceDir: GUEST_SOURCE_DIRECTORY,
    sources: [
      ...sources,
      ...init.filter((source) => source !== 'init/main.c'),
      ...(await listSources(GUEST_SOURCE_DIRECTORY, [SHARED_SOURCES])),
    ],
    includeDirs: ['init', '.'],
  });
}
