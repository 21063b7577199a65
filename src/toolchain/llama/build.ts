import { join } from 'node:path';
import type { Architecture } from '../../artifacts/architectures.js';
import { digestBytes } from '../../host/digest.js';
import { makeOutputFolder, writeOutput } from '../../host/output-file.js';
import type { Builder, BuilderFile } from '../builder.js';
import { withLoggedRun } from '../logged-run.js';
import type { LoggedBuild } from '../logged-run.js';
import { requireRoom } from '../room.js';
import { firstBuildError, ninjaStep } from './ninja.js';
import { LLAMA_PROGRAMS } from './programs.js';
import { LLAMA_ENVIRONMENT, LLAMA_GOAL, cmakeSettings } from './settings.js';
import type { LlamaToolchain } from './toolchain.js';

export interface BuildLlamaOptions {
  readonly builder: Builder;
  readonly arch: Architecture;
  readonly toolchain: LlamaToolchain;
  /** A tar archive of the source. */
  readonly source: Uint8Array;
  /** Which the programs name as what they were built from. */
  readonly commit: string;
  /** As `llamaProject` reads it. */
  readonly project: readonly BuilderFile[];
  /** The folder that gets `bin` and the log. Made if it is missing. */
  readonly outDir: string;
  /** Processes at a time; as many as there are processors, and memory for, unless given. */
  readonly jobs?: number | undefined;
  readonly onProgress?: ((doneSteps: number, totalSteps: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface BuiltProgram {
  readonly name: string;
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

export interface BuiltLlama {
  readonly programs: readonly BuiltProgram[];
  readonly logPath: string;
}

/** Source and objects of all variants; a compiler of the largest files. */
const NEEDS = { what: 'llama.cpp', diskMiB: 2000, jobMiB: 1200 };

/**
 * Compiles llama.cpp for the guest: static, stripped programs. The same source, project and toolchain give
 * the same bytes, in any folder and in any builder.
 *
 * @throws ZosiaError `ZOSIA_BUILD_FAILED` with the first error of the log, and those of `requireRoom`,
 *   `buildFailed` and `writeOutput`; the signal's reason when cancelled
 */
export async function buildLlama(options: BuildLlamaOptions): Promise<BuiltLlama> {
  const { builder, arch, outDir, signal } = options;
  const { cCompiler, cxxCompiler } = options.toolchain;
  await makeOutputFolder(outDir);
  const jobs = await requireRoom(builder, NEEDS);
  const logPath = join(outDir, 'llama-build.log');
  const build: LoggedBuild = {
    builder,
    what: `llama.cpp for ${arch}`,
    purpose: `llama --arch ${arch}`,
    logPath,
    env: { NINJA_STATUS: '[%f/%t] ', ...LLAMA_ENVIRONMENT },
    onLine: (line) => {
      const at = ninjaStep(line);
      if (at) options.onProgress?.(at.done, at.total);
    },
    firstError: firstBuildError,
  };
  await withLoggedRun(build, async (run) => {
    await builder.write([
      { path: 'source/source.tar', data: options.source },
      ...options.project.map(({ path, data }) => ({ path: `project/${path}`, data })),
    ]);
    await run('tar', ['-xf', 'source.tar'], { cwd: 'source' });
    await run('cmake', [
      '-Sproject',
      '-Bbuild',
      `-DLLAMA_SOURCE=${builder.folder}/source`,
      ...cmakeSettings({ arch, commit: options.commit, cCompiler, cxxCompiler }),
      ...launcherSettings(builder),
    ]);
    await run('ninja', ['-C', 'build', '-j', `${options.jobs ?? jobs}`, LLAMA_GOAL]);
  });
  const programs: BuiltProgram[] = [];
  for (const name of LLAMA_PROGRAMS) {
    const bytes = await builder.read(`build/bin/${name}`);
    const path = join(outDir, 'bin', name);
    await writeOutput(path, bytes, { signal, mode: 0o755 });
    programs.push({ name, path, sizeBytes: bytes.length, sha256: digestBytes(bytes) });
  }
  return { programs, logPath };
}

const launcherSettings = ({ launcher }: Builder): string[] =>
  launcher === undefined
    ? []
    : ['C', 'CXX'].map((language) => `-DCMAKE_${language}_COMPILER_LAUNCHER=${launcher}`);
