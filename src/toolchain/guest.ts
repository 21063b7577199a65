import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import type { Architecture } from '../artifacts/architectures.js';
import { digestBytes } from '../host/digest.js';
import { writeOutput } from '../host/output-file.js';
import type { Builder } from './builder.js';
import { askCompiler } from './compiler.js';
import type { Compiler } from './compiler.js';
import { compileFreestanding } from './freestanding.js';
import { GUEST_SOURCE_DIRECTORY, SHARED_SOURCES, listSources, readSources } from './sources.js';

export interface BuildGuestOptions {
  readonly arch: Architecture;
  /** The folder that gets `init`. Made if it is missing. */
  readonly outDir: string;
  readonly builder: Builder;
  readonly sourceDir?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface BuiltGuest {
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly compiler: Compiler;
}

/**
 * Compiles the guest's PID 1 for an architecture with a builder's clang and lld, whatever the builder is:
 * a static ELF program without a C library. The same compiler gives the same bytes in any folder.
 *
 * @throws ZosiaError `ZOSIA_COMPILER_NOT_FOUND`, `ZOSIA_GUEST_SOURCE_MISSING`, and those of
 *   `buildFailed` and `writeOutput`; the signal's reason when cancelled
 */
export async function buildGuest(options: BuildGuestOptions): Promise<BuiltGuest> {
  const { arch, builder, outDir, sourceDir = GUEST_SOURCE_DIRECTORY, signal } = options;
  signal?.throwIfAborted();
  const sources = await listSources(sourceDir, ['init', SHARED_SOURCES]);
  const compiler = await askCompiler(builder);
  await builder.write(await readSources(sourceDir));
  const includeDirs = ['init', '.'];
  const bytes = await compileFreestanding({ arch, builder, compiler, sources, includeDirs });
  const path = join(outDir, 'init');
  await writeOutput(path, bytes, { signal, mode: 0o755 });
  await chmod(path, 0o755); // the same under any umask
  return { path, sizeBytes: bytes.length, sha256: digestBytes(bytes), compiler };
}
