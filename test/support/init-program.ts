import type { Architecture } from '../../src/artifacts/architectures.js';
import { askCompiler } from '../../src/toolchain/compiler.js';
import { compileFreestanding } from '../../src/toolchain/freestanding.js';
import {
  GUEST_SOURCE_DIRECTORY,
  SHARED_SOURCES,
  listSources,
  readSources,
} from '../../src/toolchain/sources.js';
import { onHost } from './host.js';

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
  const shared = await listSources(GUEST_SOURCE_DIRECTORY, [SHARED_SOURCES]);
  return onHost(async (builder) => {
    await builder.write(await readSources(GUEST_SOURCE_DIRECTORY));
    return compileFreestanding({
      arch,
      builder,
      compiler: await askCompiler(builder),
      sources: [...sources, ...init.filter((source) => source !== 'init/main.c'), ...shared],
      includeDirs: ['init', '.'],
    });
  });
}
