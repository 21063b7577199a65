import type { Builder } from './builder.js';
import { requireTools, toolVersion } from './required-tools.js';
import type { BuildPurpose } from './required-tools.js';

/** Which clang and which lld a builder has. */
export interface Compiler {
  /** The first line of `clang --version`: vendor and version. */
  readonly version: string;
  /** The first line of `ld.lld --version`. */
  readonly linkerVersion: string;
}

/**
 * @param purpose what the compiler is for, which a hint has installed with all else that it takes
 * @throws ZosiaError `ZOSIA_COMPILER_NOT_FOUND`; the signal's reason when cancelled
 */
export async function askCompiler(
  builder: Builder,
  purpose: BuildPurpose = 'build',
): Promise<Compiler> {
  await requireTools(builder, ['clang', 'ld.lld'], purpose);
  return {
    version: await toolVersion(builder, 'clang'),
    linkerVersion: await toolVersion(builder, 'ld.lld'),
  };
}
