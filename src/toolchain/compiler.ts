import type { Builder } from './builder.js';
import { requireTools, toolVersion } from './required-tools.js';

/** Which clang and which lld a builder has. */
export interface Compiler {
  /** The first line of `clang --version`: vendor and version. */
  readonly version: string;
  /** The first line of `ld.lld --version`. */
  readonly linkerVersion: string;
}

/** @throws ZosiaError `ZOSIA_COMPILER_NOT_FOUND`; the signal's reason when cancelled */
export async function askCompiler(builder: Builder): Promise<Compiler> {
  await requireTools(builder, ['clang', 'ld.lld'], 'build');
  return {
    version: await toolVersion(builder, 'clang'),
    linkerVersion: await toolVersion(builder, 'ld.lld'),
  };
}
