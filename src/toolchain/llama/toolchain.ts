import { ZosiaError } from '../../errors.js';
import type { Architecture } from '../../artifacts/architectures.js';
import { sha256 } from '../../image/sha256.js';
import type { Builder } from '../builder.js';

/** GCC for Linux on an architecture, and all that ends up in a static program. */
export interface LlamaToolchain {
  readonly cCompiler: string;
  readonly cxxCompiler: string;
  /** The first line of `g++ --version`, and of the linker's. */
  readonly compiler: string;
  readonly linker: string;
  /** Of the libraries that are linked in, which have versions of their own. */
  readonly librariesSha256: string;
}

const LIBRARIES = ['libc.a', 'libm.a', 'libstdc++.a', 'libgcc.a', 'libgcc_eh.a', 'libgomp.a'];

/**
 * Finds GCC for an architecture under its name for cross compilation, which on Debian the native one has, too.
 *
 * @throws ZosiaError `ZOSIA_COMPILER_NOT_FOUND`
 */
export async function findLlamaToolchain(
  builder: Builder,
  arch: Architecture,
): Promise<LlamaToolchain> {
  const prefix = `${arch}-linux-gnu-`;
  const output = async (program: string, args: readonly string[]): Promise<string> => {
    const ran = await builder.run(program, args);
    if (ran.failed) throw missing(arch, `${program} does not run: ${ran.reason ?? ran.output}`);
    return ran.output;
  };
  const firstLine = async (program: string): Promise<string> =>
    (await output(program, ['--version'])).split('\n', 1)[0]!.trim();
  const cxxCompiler = `${prefix}g++`;
  const compiler = await firstLine(cxxCompiler);
  const linker = await firstLine(`${prefix}ld`);
  const digests: string[] = [];
  for (const library of LIBRARIES) {
    const path = (await output(cxxCompiler, [`-print-file-name=${library}`])).trim();
    // A name without a folder comes back as it was where there is no such library.
    if (path === library) throw missing(arch, `${cxxCompiler} has no ${library}`);
    digests.push((await output('cmake', ['-E', 'sha256sum', path])).split(' ', 1)[0]!);
  }
  return {
    cCompiler: `${prefix}gcc`,
    cxxCompiler,
    compiler,
    linker,
    librariesSha256: sha256(digests.join('\n')),
  };
}

function missing(arch: Architecture, message: string): ZosiaError {
  return new ZosiaError('ZOSIA_COMPILER_NOT_FOUND', message.trim().split('\n')[0]!, {
    hint: `Install GCC for ${arch} Linux, CMake and Ninja: zosia doctor --for llama --arch ${arch} says how.`,
  });
}
