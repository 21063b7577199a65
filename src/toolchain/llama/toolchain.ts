import type { Architecture } from '../../artifacts/architectures.js';
import { sha256 } from '../../image/sha256.js';
import type { Builder } from '../builder.js';
import { requireTools, toolVersion, toolsMissing } from '../required-tools.js';
import { gccNames } from './settings.js';

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
  const { cCompiler, cxxCompiler, linker } = gccNames(arch);
  const purpose = `llama --arch ${arch}` as const;
  await requireTools(builder, [cCompiler, cxxCompiler, linker, 'cmake', 'ninja', 'tar'], purpose);
  const compiler = await toolVersion(builder, cxxCompiler);
  const digests: string[] = [];
  for (const library of LIBRARIES) {
    const { output } = await builder.run(cxxCompiler, [`-print-file-name=${library}`]);
    const path = output.trim();
    // A name without a folder comes back as it was where there is no such library.
    const sum = await builder.run('cmake', ['-E', 'sha256sum', path]);
    if (path === library || sum.failed) {
      throw toolsMissing(builder, `${library} of ${cxxCompiler}`, purpose);
    }
    digests.push(sum.output.split(' ', 1)[0]!);
  }
  return {
    cCompiler,
    cxxCompiler,
    compiler,
    linker: await toolVersion(builder, linker),
    librariesSha256: sha256(digests.join('\n')),
  };
}
